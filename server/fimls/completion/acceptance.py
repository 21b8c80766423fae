"""What became of suggestions, inferred from the edits that followed: counts, never text.

No standard message says that a suggestion was accepted, and some editors could not send one. But
every edit arrives, and an accepted suggestion is one edit that inserts what was shown.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from fimls.completion.auto_close_changes import only_closed
from fimls.completion.query import Completion, Source
from fimls.metrics import Meter
from fimls.text import Document, Point

Outcome: TypeAlias = Literal["full", "partial", "typed", "rejected", "retained", "changed"]
"""``full``: inserted at once, or in steps to its end. ``partial``: the user went on otherwise
behind a part that was inserted at once (a word, a line). ``typed``: the user typed all of it.
``rejected``: anything else. ``retained`` and ``changed``: whether inserted text is still there
later."""

AFTER_S = (30, 120)
"""When inserted text is looked for, in seconds after it was inserted."""

MOST_SHOWN = 64
"""Documents whose last suggestion is remembered."""

MOST_KEPT = 256
"""Inserted texts that are looked for later."""


@dataclass(slots=True, kw_only=True)
class _Shown:
    """The suggestion that a document shows, of which so much is there and stands in its `place`."""

    document: Document
    start: Point
    behind: int
    text: str
    source: Source
    place: str
    there: int = 0
    inserted: int = 0

    @property
    def replaced(self) -> str:
        """What it would replace."""
        line = self.document.text.lines[self.start.line]
        return line[self.start.column : len(line) - self.behind]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    uri: str
    text: str
    source: Source
    since: float


class Acceptance:
    """Follows the suggestions of one editor.

    Attributes:
        counts: (outcome, source, seconds) -> how often. Seconds are 0, or one of `AFTER_S` for
            ``retained`` and ``changed``.
    """

    def __init__(self, meter: Meter | None = None) -> None:
        """Nothing was shown yet; `meter` is told what is counted."""
        self._meter = meter or Meter()
        self.counts: Counter[tuple[Outcome, Source, int]] = Counter()
        self._shown: OrderedDict[str, _Shown] = OrderedDict()
        self._kept: list[tuple[int, _Kept]] = []

    def shown(self, document: Document, completions: Sequence[Completion]) -> None:
        """Note what an editor was given to show for a document; the first of several."""
        if not completions:
            return
        completion, old = completions[0], self._shown.get(document.uri)
        start, end, text = completion.start, completion.end, completion.text
        if old is not None and _goes_on(old, document, completion):
            return
        self._end(document.uri)
        self._shown[document.uri] = _Shown(
            document=document,
            start=start,
            behind=len(document.text.lines[start.line]) - end.column,
            text=text,
            source=completion.source,
            place=document.text.slice(start, end),
        )
        if len(self._shown) > MOST_SHOWN:
            self._end(next(iter(self._shown)))

    def changed(self, document: Document, now: float) -> None:
        """Look at an edited document; `now` is in seconds, of any clock that does not go back."""
        self._meter.changed()
        shown = self._shown.get(document.uri)
        if shown is None:
            return
        end = _end_of_place(shown, document)
        place = _plain(document.text.slice(shown.start, end)) if end else ""
        there = _there(shown, place) if end else None
        if there is None:
            self._end(document.uri, now)
            return
        # Of what is there, the editor may have closed some.
        step = min(there - shown.there, len(place) - len(shown.place))
        shown.there, shown.place = there, place
        if step > 1:
            shown.inserted += step
        if there == len(shown.text):
            self._end(document.uri, now)

    def closed(self, uri: str) -> None:
        """Forget a document that the editor closed."""
        self._end(uri)
        self._kept = [(due, kept) for due, kept in self._kept if kept.uri != uri]

    def look(self, documents: Sequence[Document], now: float) -> None:
        """Count what is still there of the texts whose time has come."""
        texts = {document.uri: document for document in documents}
        waiting: list[tuple[int, _Kept]] = []
        for after, kept in self._kept:
            if now - kept.since < after:
                waiting.append((after, kept))
            elif kept.uri in texts:
                there = kept.text in str(texts[kept.uri].text).replace("\r\n", "\n")
                self._count("retained" if there else "changed", kept.source, after)
                if there:
                    self._meter.inserted(len(kept.text), after)
        self._kept = waiting

    def _end(self, uri: str, now: float | None = None) -> None:
        shown = self._shown.pop(uri, None)
        if shown is None:
            return
        outcome: Outcome = "rejected"
        if shown.inserted:
            outcome = "full" if shown.there == len(shown.text) else "partial"
        elif shown.there == len(shown.text):
            outcome = "typed"
        self._count(outcome, shown.source, 0)
        if shown.inserted:
            self._meter.inserted(shown.inserted, 0)
        if shown.inserted and now is not None and len(self._kept) < MOST_KEPT:
            text = shown.text[: shown.there].strip()
            kept = _Kept(uri=uri, text=text, source=shown.source, since=now)
            self._kept += [(after, kept) for after in AFTER_S]

    def _count(self, outcome: Outcome, source: Source, after_s: int) -> None:
        self.counts[outcome, source, after_s] += 1
        self._meter.suggestion(outcome, source, after_s)


def _goes_on(shown: _Shown, document: Document, completion: Completion) -> bool:
    """Note that an editor shows what is left of a suggestion, or more of it; false if it does not.

    Only now can be seen that a closer was typed over: it changed nothing in the document.
    """
    start, end = completion.start, _end_of_place(shown, document)
    if end is None or not shown.start <= start <= completion.end <= end:
        return False
    typed = _plain(document.text.slice(shown.start, start))
    behind = document.text.slice(start, end)
    whole = typed + completion.text + document.text.slice(completion.end, end)
    if len(typed) < shown.there or not only_closed(behind, shown.replaced, typed):
        return False
    if not (shown.text.startswith(typed) and whole.startswith(shown.text)):
        return False
    shown.there, shown.text = len(typed), whole
    return True


def _end_of_place(shown: _Shown, document: Document) -> Point | None:
    """Return where the suggestion's place ends now, or None if anything outside it differs."""
    old, new, start = shown.document.text.lines, document.text.lines, shown.start
    below = len(old) - start.line - 1
    last = len(new) - below - 1
    if last < start.line or new[: start.line] != old[: start.line]:
        return None
    if new[last + 1 :] != old[start.line + 1 :]:
        return None
    if new[start.line][: start.column] != old[start.line][: start.column]:
        return None
    end = Point(last, len(new[last]) - shown.behind)
    rest = old[start.line][len(old[start.line]) - shown.behind :]
    return end if end >= start and new[last][end.column :] == rest else None


def _there(shown: _Shown, place: str) -> int | None:
    """Return how much of the suggestion stands in its place; None if something else does.

    Until it is accepted, what it would replace stands behind that, less what was typed over and
    with what the editor closed on the way.
    """
    if place == shown.text:
        return len(place)
    differ = (
        at for at, pair in enumerate(zip(place, shown.text, strict=False)) if len({*pair}) > 1
    )
    same = next(differ, min(len(place), len(shown.text)))
    for there in (*range(shown.there + 1, same + 1), shown.there):
        if there <= same and only_closed(place[there:], shown.replaced, place[:there]):
            return there
    return None


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
