"""The syntax trees of documents that code actions were asked for."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from fimls.syntax import TOO_MUCH_WORK, Parsed, grammar_for, parse, reparse, why_unread
from fimls.text import Document

_MOST = 16
"""Documents whose trees are kept."""

_MOST_NODES = 200_000
"""Of the trees that are kept together: some 25 MB. The newest is kept until the next one."""

_THREADS = 2
"""That look at trees, for all editors of a process. An editor has one of them at a time."""

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class SyntaxTree:
    """What is known of a snapshot's syntax.

    Attributes:
        parsed: its tree, or None where there is none.
        why_not: why there is none although its language has a grammar, as the end of a sentence.
    """

    parsed: Parsed | None
    why_not: str | None = None


class SyntaxTrees:
    """Uri -> the tree of its newest snapshot that was asked for.

    Editors ask whenever the cursor rests. A snapshot is parsed once, and one that an edit made of
    another only where the two differ. All of it happens in a thread.
    """

    def __init__(self) -> None:
        """Nothing is parsed yet."""
        self._trees: OrderedDict[str, tuple[Document, SyntaxTree]] = OrderedDict()
        self._working: asyncio.Future[Any] | None = None

    async def look(self, document: Document, at: Callable[[SyntaxTree], R]) -> R:
        """Return what `at` finds in a snapshot's tree; it runs in the thread that parses."""
        while self._working is not None and not self._working.done():
            await asyncio.wait([self._working])  # also if whoever asked no longer waits
        context = copy_context()  # what is remembered there is this session's
        self._working = work = asyncio.get_running_loop().run_in_executor(
            _threads(), lambda: context.run(lambda: at(self.of(document)))
        )
        await asyncio.wait([work])
        return work.result()

    def of(self, document: Document) -> SyntaxTree:
        """Return the tree of a snapshot; one call at a time."""
        before, tree = self._trees.pop(document.uri, (None, None))
        if tree is None or before is not document:
            same = before is not None and before.language_id == document.language_id
            tree = _tree(document, tree.parsed if tree and same else None)
        self._trees[document.uri] = document, tree
        while len(self._trees) > _MOST or (len(self._trees) > 1 and self._nodes() > _MOST_NODES):
            self._trees.popitem(last=False)
        return tree

    def forget(self, uri: str) -> None:
        """Drop a document's tree."""
        self._trees.pop(uri, None)

    def _nodes(self) -> int:
        trees = [tree.parsed for _, tree in self._trees.values()]
        return sum(tree.root.descendant_count for tree in trees if tree is not None)


def _tree(document: Document, before: Parsed | None) -> SyntaxTree:
    text, language = str(document.text), document.language_id
    parsed = reparse(before, text, language) if before else parse(text, language)
    if parsed is not None or grammar_for(language) is None:
        return SyntaxTree(parsed)
    return SyntaxTree(None, why_unread(text, language) or TOO_MUCH_WORK)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, "fimls-trees")
