"""What became of suggestions, counted for whoever asks; counts only, and nothing leaves by itself.

The request ``fimls/statistics`` is answered with::

    {"requests": {"answered": 12, "empty": 3},
     "outcomes": {"full": {"memory": 2}, "rejected": {"engine": 1}},
     "retained": {"30": 2, "120": 1}, "changed": {"30": 0, "120": 1},
     "filters": {"rest_of_line": 4}}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from fimls.completion import Completion, Query
from fimls.completion.acceptance import AFTER_S, Acceptance
from fimls.metrics import Meter
from fimls.text import Document

STATISTICS_REQUEST = "fimls/statistics"


class AcceptanceStatistics:
    """The counts of one editor's session."""

    def __init__(
        self,
        documents: Callable[[], Sequence[Document]],
        *,
        clock: Callable[[], float],
        meter: Meter | None = None,
    ) -> None:
        """Count from now on.

        Args:
            documents: returns the open documents.
            clock: seconds.
            meter: is told what becomes of suggestions.
        """
        self._documents = documents
        self._clock = clock
        self._requests: Counter[str] = Counter()
        self._filters: Counter[str] = Counter()
        self._acceptance = Acceptance(meter)

    def answered(self, query: Query, completions: Sequence[Completion]) -> None:
        """Count an answer that an editor was sent."""
        self._requests["answered" if completions else "empty"] += 1
        for completion in completions:
            self._filters.update(completion.changed_by)
        self._acceptance.look(self._documents(), self._clock())
        self._acceptance.shown(query.document, completions)

    def changed(self, document: Document) -> None:
        """See what an edit says of the suggestion that was shown."""
        self._acceptance.changed(document, self._clock())

    def closed(self, uri: str) -> None:
        """Forget a document."""
        self._acceptance.look(self._documents(), self._clock())
        self._acceptance.closed(uri)

    def report(self) -> dict[str, Any]:
        """Return the counts as JSON."""
        self._acceptance.look(self._documents(), self._clock())
        outcomes: dict[str, dict[str, int]] = {}
        for (outcome, source, after), count in self._acceptance.counts.items():
            if not after:
                outcomes.setdefault(outcome, {})[source] = count
        later = {
            outcome: {
                str(after): sum(
                    count
                    for (each, _, when), count in self._acceptance.counts.items()
                    if each == outcome and when == after
                )
                for after in AFTER_S
            }
            for outcome in ("retained", "changed")
        }
        return {
            "requests": dict(self._requests),
            "outcomes": outcomes,
            **later,
            "filters": dict(self._filters),
        }
