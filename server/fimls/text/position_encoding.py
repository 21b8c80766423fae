"""The three units in which LSP counts along a line: bytes, utf-16 code units, code points."""

from __future__ import annotations

from bisect import bisect_right
from enum import StrEnum

_STEP = 256
"""Characters that are counted at once."""


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
        for start in range(0, len(line), _STEP):
            step = line[start : start + _STEP]
            covered = self._count(step)
            if covered > units:
                columns = range(1, len(step))  # the first that takes more ends behind the units
                return start + bisect_right(columns, units, key=lambda n: self._count(step[:n]))
            units -= covered
        return len(line)

    def units(self, line: str, column: int) -> int:
        """Return the units that the first `column` code points of `line` take."""
        head = line[: max(column, 0)]
        if self is Encoding.UTF32 or head.isascii():
            return len(head)
        return self._count(head)

    def _count(self, text: str) -> int:
        if self is Encoding.UTF8:
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text.encode("utf-16-le", "surrogatepass")) // 2


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
