"""The program that runs tests written for pytest in the jail, where there is no pytest."""

from __future__ import annotations

from pathlib import Path


def tests_program(module: str, text: str, tests: str) -> str:
    """Return tests for `passes`, which need no other program: they fail where those of a file do.

    The module is loaded in the tests' own process, so that they get its objects and not data of
    them. Here the tests are what a model wrote, and no process of their own keeps them from saying
    that they pass; whoever asks has them fail for a module with a mistake, too.

    Args:
        module: the name by which the tests import it.
        text: the module.
        tests: the file of tests.
    """
    return f"{_STAND_IN}\nrun({module!r}, {text!r}, {tests!r})\n"


_STAND_IN = Path(__file__).with_name("pytest_stand_in.py").read_text(encoding="utf-8")
