"""LSP's rules for positions, written down as directly as possible and without `fimls.text`."""

from __future__ import annotations

import re

from fimls.text import Encoding

CODECS = {
    Encoding.UTF8: ("utf-8", 1),
    Encoding.UTF16: ("utf-16-le", 2),
    Encoding.UTF32: ("utf-32-le", 4),
}


class Naive:
    """One string, searched from its start for every question.

    Attributes:
        text: the string.
        starts: offset where each line starts.
        stops: offset where each line's text stops, before its terminator.
    """

    def __init__(self, text: str):
        self.text = text
        ends = [match.span() for match in re.finditer("\r\n|\r|\n", text)]
        self.starts = [0, *(end for _, end in ends)]
        self.stops = [*(start for start, _ in ends), len(text)]

    def offset(self, line: int, column: int) -> int:
        """Return the nearest offset to a line and a column in code points."""
        if line < 0:
            return 0
        if line >= len(self.starts):
            return len(self.text)
        return min(self.starts[line] + max(column, 0), self.stops[line])

    def offset_of_units(self, line: int, units: int, encoding: Encoding) -> int:
        """Return the offset that an LSP position means."""
        if not 0 <= line < len(self.starts):
            return self.offset(line, 0)
        start, best = self.starts[line], self.starts[line]
        for offset in range(start, self.stops[line] + 1):
            if self.units(start, offset, encoding) <= max(units, 0):
                best = offset
        return best

    def position(self, offset: int, encoding: Encoding) -> tuple[int, int]:
        """Return the LSP position of an offset: line, and character in the encoding's units."""
        line = max(n for n, start in enumerate(self.starts) if start <= offset)
        return line, self.units(self.starts[line], offset, encoding)

    def before_terminator(self, offset: int) -> int:
        r"""Return the offset, or the one before it where it is between ``\r`` and ``\n``."""
        return offset - (self.text[max(offset - 1, 0) : offset + 1] == "\r\n")

    def units(self, start: int, stop: int, encoding: Encoding) -> int:
        """Return the units from one offset to another."""
        codec, width = CODECS[encoding]
        # One by one: two lone surrogates side by side must not become one character.
        return sum(len(c.encode(codec, "surrogatepass")) for c in self.text[start:stop]) // width
