"""What stands around the cursor, as stopping and the filters look at it."""

from __future__ import annotations

from dataclasses import dataclass

from fimls.completion.query import Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    r"""The text around one cursor; no line has its end, and no text has a ``\r``.

    Attributes:
        above: the lines before the cursor's line, in their order.
        before: the cursor's line up to the cursor.
        after: the rest of the cursor's line.
        below: the lines after the cursor's line, in their order.
        language_id: the language as LSP names it (``python``, ``typescriptreact``).
        uri: where the document is; its last part is the file's name.
        others: texts of other open documents.
    """

    above: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    below: tuple[str, ...] = ()
    language_id: str = ""
    uri: str = ""
    others: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: Query, others: tuple[str, ...] = ()) -> Surroundings:
        """Return the surroundings of a query's cursor."""
        document, cursor = query.document, query.cursor
        lines = tuple(line.rstrip("\r\n") for line in document.text.lines)
        line = lines[cursor.line]
        return cls(
            above=lines[: cursor.line],
            before=line[: cursor.column],
            after=line[cursor.column :],
            below=lines[cursor.line + 1 :],
            language_id=document.language_id,
            uri=document.uri,
            others=others,
        )
