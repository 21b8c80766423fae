"""What was changed lately, in which order: the edit history of one editor."""

from __future__ import annotations

import difflib
from collections import OrderedDict
from dataclasses import dataclass

from fimls.text import Document, Text

_MOST_DOCUMENTS = 20
_MOST_LINES = 200
"""Changed lines of a document that are compared; more than that was not written by hand."""

_AGE_S = 600.0
"""Older changes are no longer recent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What became of some lines of a document.

    Attributes:
        document: the document after it.
        first: the first line that changed, after it.
        removed: the lines that went.
        added: the lines that came.
    """

    document: Document
    first: int
    removed: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(slots=True)
class _Since:
    before: Text
    began: float
    after: Document


class EditHistory:
    """Follows the open documents; a change costs no more than to remember two snapshots.

    What differs is found when it is asked for, by whoever asks.
    """

    def __init__(self) -> None:
        """Nothing was changed."""
        self._since: OrderedDict[str, _Since] = OrderedDict()

    def changed(self, before: Document | None, after: Document, *, now: float) -> None:
        """Take note of a change; `now` is in seconds."""
        since = self._since.pop(after.uri, None)
        if since is None or now - since.began > _AGE_S:
            since = _Since(before.text if before is not None else after.text, now, after)
        since.after = after
        self._since[after.uri] = since
        if len(self._since) > _MOST_DOCUMENTS:
            self._since.popitem(last=False)

    def closed(self, uri: str) -> None:
        """Forget a document."""
        self._since.pop(uri, None)

    def snapshots(self) -> list[tuple[Text, Document]]:
        """Return the changed documents as they were and as they are, the newest first."""
        return [(each.before, each.after) for each in reversed(self._since.values())]


def edits_of(before: Text, after: Document) -> list[Edit]:
    """Return what differs, as the smallest groups of lines, in their order."""
    old, new = before.lines, after.text.lines
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    same = 0
    while same < min(len(old), len(new)) - start and old[-1 - same] == new[-1 - same]:
        same += 1
    removed, added = old[start : len(old) - same], new[start : len(new) - same]
    if not (removed or added) or len(removed) + len(added) > _MOST_LINES:
        return []
    matcher = difflib.SequenceMatcher(None, removed, added, autojunk=False)
    return [
        Edit(document=after, first=start + low, removed=removed[a:b], added=added[low:high])
        for kind, a, b, low, high in matcher.get_opcodes()
        if kind != "equal"
    ]
