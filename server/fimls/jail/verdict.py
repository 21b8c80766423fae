"""Runs a program that a model wrote, and tests of it in another process that it cannot reach.

A program that shares an interpreter with its tests can have them pass: it can end the process,
patch what they call, or write the verdict itself. So the two have nothing in common but a pair of
pipes, over which tests call the program and get values (`inside/peer.py`), and the tests' process
alone has the one over which the verdict comes.
"""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Protocol

from fimls.jail.inside.tests_process import PASSED
from fimls.jail.jailed_process import SECONDS, Pipe, command_of, started

_MOST_SAID = 4_096


class Passes(Protocol):
    """Tells whether a program works: see `passes`."""

    def __call__(self, program: str, tests: str, *, before: str = "") -> bool:
        """Whether a program runs to its end without an error, and tests of it do."""
        ...


def passes(
    program: str, tests: str, *, seconds: float = SECONDS, jailed: bool = True, before: str = ""
) -> bool:
    """Whether a program runs to its end without an error, and tests of it do.

    Both see the standard library alone, an empty environment and an empty folder.

    Args:
        program: what a model wrote, or had a part in.
        tests: a program that imports what it tests from `MODULE`.
        seconds: how long both may take.
        jailed: whether they are kept from what is outside; if not, they can do what the user can,
            and that is to say that they passed too.
        before: what runs in the program's process first, by the same names.

    Raises:
        FimlsError: there is nothing here that keeps them inside.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fimls-jail-")))
        of_program = command_of("program", [before, program], folder, jailed=jailed)
        of_tests = command_of("tests", [tests], folder, jailed=jailed)
        questions, answers, verdict = (Pipe(stack) for _ in range(3))
        streams = (questions.read, answers.write, subprocess.DEVNULL)
        started(stack, of_program, folder, streams)
        streams = (answers.read, questions.write, verdict.write)
        started(stack, of_tests, folder, streams)
        for end in (questions.read, answers.write, answers.read, questions.write, verdict.write):
            end.close()
        # What holds them may have complained there first.
        return verdict.said(time.monotonic() + seconds, _MOST_SAID).endswith(PASSED)
