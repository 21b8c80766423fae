"""What filters take and give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from fimls.completion.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class Suggestion:
    r"""A text for the cursor.

    Attributes:
        text: what is inserted; its line ends are ``\n``. An empty text means: show nothing.
        replaces: how many characters after the cursor, on its line, the text takes the place of.
    """

    text: str
    replaces: int = 0

    def cut(self, length: int) -> Suggestion:
        """Return the suggestion with only the first `length` characters of its text."""
        return replace(self, text=self.text[:length])

    def keep_lines(self, number: int) -> Suggestion:
        """Return the suggestion with only the first lines of its text."""
        return replace(self, text="\n".join(self.text.split("\n")[:number]))


Filter = Callable[[Suggestion, Surroundings], Suggestion]
"""A pure function; it takes away what should not be shown and never adds anything but blanks."""

NOTHING = Suggestion("")
"""Show nothing."""
