"""The three units in which LSP counts along a line: bytes, utf-16 code units, code points."""

from __future__ import annotations

from enum import StrEnum


class Encoding(StrEnum):
    """What one unit of an LSP ``character`` is; the values are LSP's ``PositionEncodingKind``.

    A lone surrogate, which JSON can carry, counts as three bytes, one utf-16 unit or one code
    point, so no position after it moves.
    """

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"

    def column(self, line: str, units: int) -> int:
        """Return the code points of `line` that `units` cover.

        Units beyond the line give its length; units that end inside a character give its start.
        """
        if units <= 0:
            return 0
        if self is Encoding.UTF32 or line.isascii():
            return min(units, len(line))
        for column, character in enumerate(line):
            units -= self._width(character)
            if units < 0:
                return column
        return len(line)

    def units(self, line: str, column: int) -> int:
        """Return the units that the first `column` code points of `line` take."""
        head = line[: max(column, 0)]
        if self is Encoding.UTF32 or head.isascii():
            return len(head)
        return sum(map(self._width, head))

    def _width(self, character: str) -> int:
        code = ord(character)
        if self is Encoding.UTF8:
            return 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4
        return 2 if self is Encoding.UTF16 and code > 0xFFFF else 1


def without_surrogates(text: str) -> str:
    """Return `text` as it can be encoded: surrogate pairs joined, lone surrogates as U+FFFD.

    Documents keep the surrogates an editor sent, because its positions count them. Whatever
    leaves for a tokenizer goes through here.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
