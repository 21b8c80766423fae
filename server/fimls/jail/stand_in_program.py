"""The program that runs tests written for pytest in the jail, where there is no pytest."""

from __future__ import annotations

from pathlib import Path


def tests_program(module: str, text: str, tests: str) -> str:
    """Return a program that runs tests of a module, given the texts of both, and fails with them.

    Args:
        module: the name by which the tests import it.
        text: the module.
        tests: the file of tests.
    """
    return f"{_STAND_IN}\nrun({module!r}, {text!r}, {tests!r})\n"


_STAND_IN = Path(__file__).with_name("pytest_stand_in.py").read_text(encoding="utf-8")
