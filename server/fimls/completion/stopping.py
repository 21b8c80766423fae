"""Where a completion ends: at the end of what was begun, not where the model runs out of words.

A line that is being written ends with itself, unless it opens a block or a bracket: then it ends
with that. On an empty line whole lines are written, to the end of the block they stand in or to
what already follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fimls.completion.filters.reading import Reading, read
from fimls.completion.filters.syntaxes import syntax_of
from fimls.completion.surroundings import Surroundings

_MOST_LINES = 200
"""Lines on each side of the cursor that are looked at."""

_CLOSERS_ONLY = re.compile(r"""[)\]}>"'`;,:\s]*\Z""")
"""A rest of the line that is no code of its own: what editors put there, and ends of statements."""

_GOES_ON = re.compile(r"(?:else|elif|except|finally|case|catch|rescue|ensure|when|default)\b|end\b")
"""Words that continue or end the statement before them at its own depth."""

_REPEATS = 3
"""So many equal lines one after the other are a loop."""

_INDENTED = frozenset({"python", "coffeescript", "nim", "yaml", "haskell", "elm", "pug", "sass"})
"""Languages in which a block ends where the indentation does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """An end that was found.

    Attributes:
        end: how much of the text comes before it.
        why: the rule: ``line``, ``block``, ``dedent``, ``suffix``, ``blank``, ``repetition`` or
            ``lines``.
    """

    end: int
    why: str


class Stopping:
    """Finds the end of one completion while it is generated."""

    def __init__(self, around: Surroundings, *, lines: str, max_lines: int) -> None:
        """Look at the surroundings, once.

        Args:
            around: what stands around the cursor.
            lines: ``single`` ends with the line, ``multi`` with the block that the line is in,
                ``auto`` with what a line that was begun opens, and on an empty line as ``multi``.
            max_lines: lines that are shown at most.
        """
        self._around = around
        self._lines = lines
        self._max_lines = max_lines
        self._syntax = syntax_of(around.language_id)
        above = read("\n".join((*around.above[-_MOST_LINES:], "")), self._syntax)
        self._open = read(around.before, self._syntax, above)
        rest = "\n".join((around.after, *around.below[:_MOST_LINES]))
        closed = len(self._open.opened) - len(read(rest, self._syntax, self._open).opened)
        self._lacking = max(0, len(self._open.opened) - max(0, closed))
        mine = max(0, len(self._open.opened) - len(above.opened))
        self._outer = len(self._open.opened) - min(mine, self._lacking)
        below = (line for line in around.below[:_MOST_LINES] if line.strip())
        self._next = next(below, "")

    def find(self, text: str) -> Stop | None:
        r"""Return the end in the text generated so far, or None while it may still come.

        Once there is an end, more text does not move it. Line ends are ``\n``.
        """
        lines = text.split("\n")
        start = 0
        for number, line in enumerate(lines):
            whole = number + 1 < len(lines)
            why = self._before(lines, number, whole)
            if why is not None:
                return Stop(end=len(text[: max(0, start - 1)].rstrip()), why=why)
            if not whole:
                return None
            start += len(line) + 1
            why = self._after(lines, number)
            if why is not None:
                return Stop(end=start - 1, why=why)
        return None

    def _before(self, lines: list[str], number: int, whole: bool) -> str | None:
        """Return why a line does not belong to the completion any more."""
        line = lines[number]
        if whole and self._is_next(lines, number):
            return "suffix"
        if number == 0:
            return None
        before = self._reading(lines[:number])
        if before.inside:
            return None
        if not line.strip():
            return "blank" if whole and self._ends_at_blank(lines, number) else None
        if whole and _repeats(lines, number):
            return "repetition"
        if len(before.opened) > self._outer:
            return None  # inside brackets of the completion, indentation says nothing
        base, depth = self._base(lines), _indentation(line)
        if self._in_statement:
            # The line at the cursor opened a block: the block belongs to it, and how it is closed.
            inside = depth > base or (depth == base and _belongs(line, whole=whole))
            return None if inside else "block"
        if depth >= base or (_belongs(line, whole=whole) and self._lacking):
            return None
        return "dedent"

    def _after(self, lines: list[str], number: int) -> str | None:
        """Return why the completion ends with a line."""
        if number + 1 >= self._max_lines:
            return "lines"
        if self._lines == "single":
            return "line"
        reading, line = self._reading(lines[: number + 1]), lines[number]
        goes_on = bool(reading.inside) or len(reading.opened) > self._outer
        if number == 0:
            if not self._in_statement:
                return None
            goes_on = goes_on or self._opens_block(line)
            return None if goes_on and _CLOSERS_ONLY.match(self._around.after) else "line"
        if goes_on or not line.strip():
            return None
        if self._in_statement and _indentation(line) <= self._base(lines):
            continues = _GOES_ON.match(line.strip())
            return None if continues and continues[0] != "end" else "block"
        return "block" if _indentation(line) < self._base(lines) else None

    @property
    def _in_statement(self) -> bool:
        """Whether a line that was begun is to be ended, and what it opens."""
        return self._lines != "multi" and bool(self._around.before.strip())

    def _base(self, lines: list[str]) -> int:
        """Indentation of the line that the completion begins in or with."""
        if self._around.before.strip():
            return _indentation(self._around.before)
        first = next((n for n, line in enumerate(lines) if line.strip()), 0)
        return _indentation(lines[first] if first else self._around.before + lines[0])

    def _reading(self, lines: list[str]) -> Reading:
        return read("\n".join((*lines, "")), self._syntax, self._open)

    def _opens_block(self, line: str) -> bool:
        code = (self._around.before + line).rstrip()
        if self._around.language_id in _INDENTED:
            return code.endswith((":", "\\", "->", "="))
        return code.endswith(("{", "(", "[", ",", "\\", "=>", "->", "do", "then", "begin"))

    def _is_next(self, lines: list[str], number: int) -> bool:
        """Whether a line is the one that follows in the document, so that it need not be written.

        A line of closing brackets only is often both; it is the document's if it closes nothing
        that the completion opened, and stands where the document's does.
        """
        line = (self._around.before if number == 0 else "") + lines[number]
        if not line.strip() or line.strip() != self._next.strip():
            return False
        if number == 0 and self._around.before.strip():
            return False
        if any(char.isalnum() for char in line):
            return True
        opened = len(self._reading(lines[:number]).opened) > self._outer
        return not opened and _indentation(line) == _indentation(self._next)

    def _ends_at_blank(self, lines: list[str], number: int) -> bool:
        """Whether a blank line is the end."""
        if not any(line.strip() for line in lines[:number]):
            return number >= 2  # the model begins with blank lines
        if not lines[number - 1].strip():
            return True
        inner = self._next and _indentation(self._next) >= self._base(lines)
        return bool(inner) or self._base(lines) == 0


def _indentation(line: str) -> int:
    wide = line.expandtabs(4)
    return len(wide) - len(wide.lstrip(" "))


def _repeats(lines: list[str], number: int) -> bool:
    last = lines[max(0, number - _REPEATS + 1) : number + 1]
    return len(last) == _REPEATS and len({line.strip() for line in last}) == 1


def _belongs(line: str, *, whole: bool) -> bool:
    """Whether a line closes or continues the statement before it; a word may still become one."""
    text = line.lstrip()
    undecided = not whole and text.isalpha()
    return undecided or text[0] in ")]}" or _GOES_ON.match(text) is not None
