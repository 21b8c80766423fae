"""What open documents define, and which of their windows have a name: as they are now.

A document changes at each key and is looked at while somebody types: only what the last change
made different is parsed, and nothing where the name that matters stands nowhere in it.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from fimls.context.terms import terms
from fimls.context.windows import LONGEST_LINE, Lines, cut
from fimls.syntax import Parsed, parse, reparse
from fimls.syntax.tags import Tag, tags
from fimls.text import Document

_MOST_DOCUMENTS = 32
"""Whose trees are remembered."""

_MOST_CHARACTERS = 200_000
"""Of a document that is looked at."""


@dataclass(frozen=True, slots=True)
class _Known:
    document: Document
    parsed: Parsed | None
    tags: tuple[Tag, ...]


class OpenDocuments:
    """What is remembered of the documents that are open; for one thread at a time."""

    def __init__(self) -> None:
        """Nothing was looked at yet."""
        self._known: OrderedDict[str, _Known] = OrderedDict()

    def tags(self, document: Document, name: str) -> tuple[Tag, ...]:
        """Return what a document defines, or nothing where a name stands nowhere in it."""
        known = self._known.pop(document.uri, None)
        if known is None or known.document is not document:
            if name not in (text := str(document.text)[:_MOST_CHARACTERS]):
                if known is not None:
                    self._known[document.uri] = known
                return ()
            known = _looked_at(document, text, known)
        self._known[document.uri] = known
        if len(self._known) > _MOST_DOCUMENTS:
            self._known.popitem(last=False)
        return known.tags

    @staticmethod
    def windows(
        document: Document,
        wanted: Collection[str],
        *,
        needed: str,
        skip: Callable[[int, int], bool],
        most: int,
    ) -> Iterator[tuple[Lines, frozenset[str]]]:
        """Yield the windows that have a term, with their terms: those that have most of others.

        Args:
            document: the document.
            wanted: the other terms.
            needed: the term that a window must have.
            skip: says of lines, from the first up to the last, that they do not matter.
            most: windows that are yielded.
        """
        lines = document.text.lines
        if needed not in str(document.text)[:_MOST_CHARACTERS].lower():
            return
        found = list[tuple[int, int, Lines, str]]()
        left = _MOST_CHARACTERS
        for each in cut(lines):
            part = lines[each.first : each.end]
            left -= sum(map(len, part))
            if left < 0:
                break
            text = "\n".join(line[:LONGEST_LINE] for line in part)
            lower = text.lower()
            if needed in lower and not skip(each.first, each.end):
                # Terms are costly to tell, and most of those that stand somewhere are terms there.
                has = sum(term in lower for term in wanted)
                found.append((has, -each.first, each, text))
        for _, _, each, text in heapq.nlargest(most, found, key=lambda one: one[:2]):
            has_terms = frozenset(terms(text))
            if needed in has_terms:
                yield each, has_terms


def _looked_at(document: Document, text: str, before: _Known | None) -> _Known:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    language = document.language_id
    if before is None or before.parsed is None or before.document.language_id != language:
        parsed = parse(text, language)
    else:
        parsed = reparse(before.parsed, text, language)
        if parsed is before.parsed:
            return _Known(document, parsed, before.tags)
    return _Known(document, parsed, () if parsed is None else tuple(tags(parsed, language)))
