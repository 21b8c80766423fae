"""Questions of ``fimls setup``: asked at a terminal; where there is none, the flag is named."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

from fimls.errors import ConfigurationError
from fimls.printable import printable


class Questions:
    """Asks whoever sits there, or takes the default."""

    def __init__(self, *, take_defaults: bool) -> None:
        """`take_defaults` asks nothing that has a default."""
        self._take_defaults = take_defaults
        self._console = Console(markup=False, highlight=False)

    @property
    def somebody_is_there(self) -> bool:
        """Whether there is a terminal to ask at."""
        return not self._take_defaults and sys.stdin.isatty() and sys.stdout.isatty()

    @contextmanager
    def meanwhile(self, what: str) -> Generator[None]:
        """Show what is being done while it is done; nothing where the output is no terminal."""
        with self._console.status(Text(printable(what))):
            yield

    def choice(self, question: str, answers: Sequence[str], *, flag: str) -> int:
        """Return the number of an answer; the first is the default."""
        if self._take_defaults:
            return 0
        self._need_somebody(question, flag, answers)
        self._console.print(Text(question, "bold"))
        for number, answer in enumerate(answers, 1):
            self._console.print(Text(f"  {number}. {printable(answer)}"), soft_wrap=True)
        while True:
            said = self._line(f"1 to {len(answers)} [1]: ")
            if said == "":
                return 0
            if said.isdecimal() and 1 <= int(said) <= len(answers):
                return int(said) - 1

    def text(self, question: str, *, flag: str) -> str:
        """Return a line that is not empty."""
        self._need_somebody(question, flag)
        while True:
            if said := self._line(f"{question} "):
                return said

    def secret(self, question: str, *, flag: str) -> str:
        """Return a line that is not shown while it is typed."""
        self._need_somebody(question, flag)
        while True:
            try:
                if said := getpass.getpass(f"{question} (it is not shown) ").strip():
                    return said
            except EOFError:
                raise _ended() from None

    def agrees(self, question: str, *, default: bool) -> bool:
        """Return whether somebody agrees; the default where nobody is there."""
        if not self.somebody_is_there:
            return default
        said = self._line(f"{question} [{'Y/n' if default else 'y/N'}] ").casefold()
        return default if said == "" else said in ("y", "yes")

    def _need_somebody(self, question: str, flag: str, answers: Sequence[str] = ()) -> None:
        if sys.stdin.isatty() and sys.stdout.isatty():
            return
        known = f" ({'; '.join(map(printable, answers))})" if answers else ""
        raise ConfigurationError(
            f"There is no terminal to ask at: {question.rstrip('?:')}{known}? Say it with {flag}."
        )

    def _line(self, prompt: str) -> str:
        try:
            return input(prompt).strip()
        except EOFError:
            raise _ended() from None


def _ended() -> ConfigurationError:
    return ConfigurationError(
        "The questions were left unanswered, and nothing was written: run `fimls setup` again."
    )
