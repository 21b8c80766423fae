"""The syntax trees of documents that code actions were asked for."""

from __future__ import annotations

from collections import OrderedDict

from fimls.syntax import Parsed, parse, reparse
from fimls.text import Document

_MOST = 16
"""Documents whose trees are kept; a tree is some times as large as its text."""


class Trees:
    """Uri -> the tree of its newest snapshot that was asked for.

    Editors ask whenever the cursor rests. A snapshot is parsed once, and one that an edit made of
    another only where the two differ.
    """

    def __init__(self) -> None:
        """Nothing is parsed yet."""
        self._trees: OrderedDict[str, tuple[Document, Parsed | None]] = OrderedDict()

    def of(self, document: Document) -> Parsed | None:
        """Return the tree of a snapshot, or None where there is no grammar for its language."""
        before, tree = self._trees.pop(document.uri, (None, None))
        if before is not document:
            text = str(document.text)
            same = before is not None and before.language_id == document.language_id
            tree = reparse(tree, text) if tree and same else parse(text, document.language_id)
        self._trees[document.uri] = document, tree
        if len(self._trees) > _MOST:
            self._trees.popitem(last=False)
        return tree

    def forget(self, uri: str) -> None:
        """Drop a document's tree."""
        self._trees.pop(uri, None)
