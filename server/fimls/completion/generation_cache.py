"""What was generated, and where: most keys continue a text that is already there."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, replace

from fimls.completion.auto_close_changes import only_closed
from fimls.completion.query import Query
from fimls.completion.running_generation import RunningGeneration
from fimls.text import Point

MOST_DOCUMENTS = 64
"""Documents whose generations are remembered."""

MOST_GENERATIONS = 8
"""Generations that are remembered of each: the newest, and some to come back to."""

MOST_CHARACTERS = 4_000_000
"""Characters of all these documents. The snapshots of one share nearly all their lines: they count
once, as the newest has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedGeneration:
    """One generation and the place it is for.

    Attributes:
        query: what was asked.
        start: where the generated text begins; the text between it and the cursor is the part of
            what is typed that the prompt left out.
        running: the generation.
    """

    query: Query
    start: Point
    running: RunningGeneration

    def typed(self, query: Query) -> str | None:
        r"""Return what was typed since `start`, or None if this is not the same place.

        It is the same place while nothing before `start` and nothing behind the cursor differs;
        closing brackets and quotes that the editor put behind the cursor, or that were typed over,
        do not count. Line ends of what was typed are ``\n``.
        """
        old, new = self.query.document.text.lines, query.document.text.lines
        cursor, start = query.cursor, self.start
        if (cursor.line, cursor.column) < (start.line, start.column):
            return None
        if new[: start.line] != old[: start.line]:
            return None
        if new[start.line][: start.column] != old[start.line][: start.column]:
            return None
        asked = self.query.cursor
        if new[cursor.line + 1 :] != old[asked.line + 1 :]:
            return None
        typed = query.document.text.slice(start, cursor)
        behind, was = new[cursor.line][cursor.column :], old[asked.line][asked.column :]
        if not only_closed(behind, was, typed):
            return None
        return typed.replace("\r\n", "\n").replace("\r", "\n")

    def fits(self, typed: str) -> bool:
        """Whether the generation so far can still be the continuation of what was typed."""
        text = self.running.text
        if self.running.given_up:
            return False
        if len(text) >= len(typed):
            return text.startswith(typed)
        return not self.running.ended and typed.startswith(text)


class GenerationCache:
    """The newest generations of the newest documents."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._made: OrderedDict[str, deque[RememberedGeneration]] = OrderedDict()
        self._sizes: dict[str, int] = {}

    def find(self, query: Query) -> tuple[RememberedGeneration, str] | None:
        """Return a generation that continues the query's text, and what of it is typed.

        One that says more wins over one that said its all, the newest first.
        """
        found: tuple[RememberedGeneration, str] | None = None
        for made in self._made.get(query.document.uri, ()):
            typed = made.typed(query)
            if typed is None or not made.fits(typed):
                continue
            if says_more(made.running, typed):
                return made, typed
            if made.running.whole:
                found = found or (made, typed)
        return found

    def add(self, made: RememberedGeneration) -> None:
        """Remember a generation; the document's others are given up."""
        uri = made.query.document.uri
        for other in self._made.get(uri, ()):
            other.running.give_up()
        # What was given up is never found again.
        kept = deque(other for other in self._made.get(uri, ()) if not other.running.given_up)
        self._made[uri] = kept
        # It is compared with this document alone.
        kept.appendleft(replace(made, query=replace(made.query, others=())))
        if len(kept) > MOST_GENERATIONS:
            kept.pop()
        self._made.move_to_end(uri)
        self._sizes[uri] = sum(map(len, made.query.document.text.lines))
        while len(self._made) > 1 and (
            len(self._made) > MOST_DOCUMENTS or sum(self._sizes.values()) > MOST_CHARACTERS
        ):
            self.forget(next(iter(self._made)))

    def forget(self, uri: str) -> None:
        """Give up a document's generations, and remember none of them."""
        self._sizes.pop(uri, None)
        for made in self._made.pop(uri, ()):
            made.running.give_up()

    def newest(self, uri: str) -> RunningGeneration | None:
        """Return the document's newest generation."""
        kept = self._made.get(uri)
        return kept[0].running if kept else None

    async def aclose(self) -> None:
        """Give up all that run, and wait for them."""
        for kept in self._made.values():
            for made in kept:
                await made.running.aclose()
        self._made.clear()


def says_more(running: RunningGeneration, typed: str) -> bool:
    """Whether there is, or may come, text behind what was typed."""
    return bool(running.text[len(typed) :].strip()) or not running.ended
