"""What stands around the cursor, as stopping and the filters look at it."""

from __future__ import annotations

from dataclasses import dataclass

from fimls.completion.query import Query
from fimls.session_memo import remembered
from fimls.text import Document

_NEAR = 500
"""Lines on each side of the cursor that are taken: a key must not cost more in a long document."""

_LONG = 2_000
"""Characters that are taken of another line than the cursor's: the rest was hardly written by
hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    r"""The text around one cursor; no line has its end, and no text has a ``\r``.

    Attributes:
        above: the lines before the cursor's line, in their order: of long documents the nearest,
            of long lines the beginning.
        before: the cursor's line up to the cursor.
        after: the rest of the cursor's line.
        below: the lines after the cursor's line, likewise.
        language_id: the language as LSP names it (``python``, ``typescriptreact``).
        uri: where the document is; its last part is the file's name.
        others: the other open documents.
    """

    above: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    below: tuple[str, ...] = ()
    language_id: str = ""
    uri: str = ""
    others: tuple[Document, ...] = ()

    @classmethod
    def of(cls, query: Query) -> Surroundings:
        """Return the surroundings of a query's cursor."""
        document, cursor = query.document, query.cursor
        lines = document.text.lines
        line = lines[cursor.line].rstrip("\r\n")
        return cls(
            above=_without_ends(lines[max(0, cursor.line - _NEAR) : cursor.line]),
            before=line[: cursor.column],
            after=line[cursor.column :],
            below=_without_ends(lines[cursor.line + 1 : cursor.line + 1 + _NEAR]),
            language_id=document.language_id,
            uri=document.uri,
            others=query.others,
        )

    def begun(self, line: str) -> bool:
        """Whether more of the cursor's line is typed than a suggestion adds to make it `line`."""
        typed, whole = len(self.before.strip()), len(line.strip())
        return self.before.lstrip()[:1] != "" and 2 * typed > whole


@remembered(4)
def _without_ends(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line[:_LONG].rstrip("\r\n") for line in lines)
