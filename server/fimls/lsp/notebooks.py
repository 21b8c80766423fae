"""Cells of notebooks: each is a document of its own, and is completed with the others around it.

Editors that know LSP's notebooks say which cells one has, and in which order. VS Code's cells are
plain documents whose addresses differ behind the ``#``; their order is the one they were opened in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lsprotocol import types

from fimls.text import Document, Point, Text

if TYPE_CHECKING:
    from fimls.completion import Completion, Query
    from fimls.lsp.documents import Documents
    from fimls.text import Encoding

SYNC = types.NotebookDocumentSyncOptions(
    notebook_selector=[types.NotebookDocumentFilterWithNotebook(notebook="*")]
)
"""What is announced: cells of all notebooks."""

_SCHEME = "vscode-notebook-cell:"
_MOST_CHARACTERS = 256 * 1024
"""Of all cells together that a prompt may draw from."""


class Notebooks:
    """Which of the open documents are cells of which notebook."""

    def __init__(self, documents: Documents) -> None:
        """None is open; `documents` has the cells' texts."""
        self._documents = documents
        self._cells: dict[str, list[str]] = {}

    def open(self, params: types.DidOpenNotebookDocumentParams) -> None:
        """Take a notebook that the editor opened."""
        for item in params.cell_text_documents:
            self._documents.open(item)
        cells = [cell.document for cell in params.notebook_document.cells]
        self._cells[params.notebook_document.uri] = cells

    def change(self, params: types.DidChangeNotebookDocumentParams, encoding: Encoding) -> None:
        """Take an editor's changes of a notebook: other cells, and other texts in them."""
        if (changed := params.change.cells) is None:
            return
        if (structure := changed.structure) is not None:
            for item in structure.did_open or ():
                self._documents.open(item)
            for gone in structure.did_close or ():
                self._documents.close(gone.uri)
            start, new = structure.array.start, structure.array.cells or ()
            cells = self._cells.setdefault(params.notebook_document.uri, [])
            cells[start : start + structure.array.delete_count] = [cell.document for cell in new]
        for text in changed.text_content or ():
            self._documents.change(text.document, text.changes, encoding)

    def close(self, params: types.DidCloseNotebookDocumentParams) -> None:
        """Forget a notebook."""
        self._cells.pop(params.notebook_document.uri, None)
        for item in params.cell_text_documents:
            self._documents.close(item.uri)

    def around(self, document: Document) -> Around:
        """Return a document with the other cells of its notebook that are in its language."""
        siblings = [each for each in self._siblings(document.uri) if each is not None]
        cells = [each for each in siblings if each.language_id == document.language_id]
        if document not in cells:  # it has moved on, and nobody waits for an answer
            return Around(document=document, whole=document, first=0)
        here = next(number for number, each in enumerate(cells) if each is document)
        above, below = cells[:here], cells[here + 1 :]
        room = _MOST_CHARACTERS
        while above and (room := room - len(str(above[0].text))) < 0:
            above.pop(0)
        parts = [_ended(str(each.text)) for each in above]
        text = str(document.text)
        if below:
            text = "\n".join((text, *(_ended(str(each.text)) for each in below)))
        first = sum(len(Text.parse(part).lines) - 1 for part in parts)
        whole = replace(document, text=Text.parse("".join((*parts, text))))
        return Around(document=document, whole=whole, first=first, cells=tuple(cells))

    def _siblings(self, uri: str) -> Iterator[Document | None]:
        """Yield the cells of a cell's notebook in their order, it too."""
        for cells in self._cells.values():
            if uri in cells:
                yield from map(self._documents.get, cells)
                return
        notebook, _, cell = uri.partition("#")
        if uri.startswith(_SCHEME) and cell:
            for each in self._documents.all():
                if each.uri.partition("#")[0] == notebook:
                    yield each


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """A document as what is asked about it sees it.

    Attributes:
        document: the document itself.
        whole: with the other cells above and below it, or the document.
        first: number of its first line in the whole.
        cells: all cells of it, the document too.
    """

    document: Document
    whole: Document
    first: int
    cells: Sequence[Document] = ()

    def asked(self, query: Query) -> Query:
        """Return what a query about the document asks of the whole."""
        if self.whole is self.document:
            return query
        selected = query.selected
        if selected is not None:
            start, end = self.point(selected.start), self.point(selected.end)
            selected = replace(selected, start=start, end=end)
        names = {each.uri for each in self.cells}
        return replace(
            query,
            document=self.whole,
            cursor=self.point(query.cursor),
            selected=selected,
            others=tuple(each for each in query.others if each.uri not in names),
        )

    def answered(self, completions: Sequence[Completion]) -> list[Completion]:
        """Return what was completed in the whole as it is for the document."""
        last = self.first + len(self.document.text.lines) - 1
        return [
            replace(each, start=self._back(each.start), end=self._back(each.end))
            for each in completions
            if self.first <= each.start.line <= each.end.line <= last
        ]

    def point(self, point: Point) -> Point:
        """Return where a point of the document is in the whole."""
        return Point(point.line + self.first, point.column)

    def _back(self, point: Point) -> Point:
        return Point(point.line - self.first, point.column)


def _ended(text: str) -> str:
    return text if text.endswith(("\n", "\r")) or not text else f"{text}\n"
