"""What is counted for one user."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from fimls.metrics.meter import Kind, Meter, Outcome

if TYPE_CHECKING:
    from prometheus_client import Counter as CounterSeries

    from fimls.metrics.series import Series

RETAINED_AFTER_S = 120
"""When accepted text that is still there counts as retained; see `fimls.completion.acceptance`."""

RECENT = 256
"""Answers of which the status page shows how long they took."""

_TAKEN_BACK: frozenset[Outcome] = frozenset({"superseded", "stale", "cancelled"})

_MOST_TOKENS = 2**32
"""Of one generation: what is more is a mistake."""


class UserMeter(Meter):
    """Adds what happens for a user to the series of the process.

    Attributes:
        name: the user's.
        editors: connected now.
        requests: for completions, so far.
        awaited: those that no later keystroke took back: somebody waited for the answer.
        shown: those that were answered with suggestions.
        without_engine: those of them for which the engine was not asked anew.
        prompt_tokens: of all prompts.
        cached_tokens: how many of them the engine had in its cache.
        evicted_tokens: how many of them it had once, and had to read again.
        generated_tokens: of all answers.
        keys: changes of documents, about one a keystroke.
        characters: of suggestions: by 0 those that were accepted, by seconds those that were still
            there so long after that.
        recent_s: how long the last answers with suggestions took, in seconds.
    """

    def __init__(self, name: str, metrics: Series) -> None:
        """Use `PrometheusMetrics.user`."""
        self.name = name
        self.editors = 0
        self.requests = 0
        self.awaited = 0
        self.shown = 0
        self.without_engine = 0
        self.prompt_tokens = 0
        self.cached_tokens = 0
        self.evicted_tokens = 0
        self.generated_tokens = 0
        self.keys = 0
        self.characters: Counter[int] = Counter()
        self.recent_s: deque[float] = deque(maxlen=RECENT)
        self._all = metrics
        self._editors = metrics.editors.labels(name)
        self._cached = metrics.prompt_cached.labels(name)
        self._read = metrics.prompt_read.labels(name)
        self._from_host = metrics.prompt_from_host.labels(name)
        self._generated = metrics.generated.labels(name)
        self._used = metrics.used.labels(name)
        self._given_up = metrics.given_up.labels(name)
        self._requests = _remembered(metrics.requests, name)
        self._suggestions = _remembered(metrics.suggestions, name)

    def joined(self) -> None:
        """See `Meter.joined`."""
        self.editors += 1
        self._editors.inc()

    def left(self) -> None:
        """See `Meter.left`."""
        self.editors -= 1
        self._editors.dec()

    def answered(self, outcome: Outcome, source: str, seconds: float) -> None:
        """See `Meter.answered`."""
        self.requests += 1
        self._requests(outcome, source).inc()
        self.awaited += outcome not in _TAKEN_BACK
        if outcome == "answered":
            self.shown += 1
            self.without_engine += source != "engine"
            self.recent_s.append(seconds)
            self._all.answer_seconds.labels(source).observe(seconds)

    def failed(self, cause: str) -> None:
        """See `Meter.failed`."""
        self._all.failures.labels(cause).inc()

    def filtered(self, names: Sequence[str], *, away: bool) -> None:
        """See `Meter.filtered`."""
        for name in names:
            self._all.filtered.labels(name).inc()
        if away:
            self._all.filtered_away.inc()

    def used(self, tokens: int) -> None:
        """See `Meter.used`."""
        self._used.inc(tokens)

    def given_up(self) -> None:
        """See `Meter.given_up`."""
        self._given_up.inc()

    def suggestion(self, outcome: str, source: str, after_s: int) -> None:
        """See `Meter.suggestion`."""
        if after_s:
            self._all.inserted.labels(outcome, after_s).inc()
        else:
            self._suggestions(outcome, source).inc()

    def changed(self) -> None:
        """See `Meter.changed`."""
        self.keys += 1

    def inserted(self, characters: int, after_s: int) -> None:
        """See `Meter.inserted`."""
        self.characters[after_s] += characters

    def queued(self, kind: Kind, seconds: float) -> None:
        """See `Meter.queued`."""
        self._all.queue_seconds.labels(kind).observe(seconds)

    def shed(self, kind: Kind) -> None:
        """See `Meter.shed`."""
        self._all.shed.labels(kind).inc()

    def cache(self, engine: str, rank: int, *, host: int, evicted: int) -> None:
        """See `Meter.cache`."""
        host, evicted = (min(max(0, each), _MOST_TOKENS) for each in (host, evicted))
        self.evicted_tokens += evicted
        self._from_host.inc(host)
        self._all.prompt_evicted.labels(engine, rank, self.name).inc(evicted)

    def generated(
        self,
        kind: Kind,
        end: str,
        *,
        prompt: int,
        cached: int,
        new: int,
        first_s: float | None,
        total_s: float,
    ) -> None:
        """See `Meter.generated`."""
        # An engine can say anything, and a counter raises where it is to go down or off the scale.
        prompt, cached, new = (min(max(0, each), _MOST_TOKENS) for each in (prompt, cached, new))
        cached = min(cached, prompt)
        self._all.generations.labels(kind, end).inc()
        self._all.generation_seconds.labels(kind).observe(total_s)
        if first_s is not None:
            self._all.first_token_seconds.labels(kind).observe(first_s)
        prompt, new = max(prompt, 0), max(new, 0)
        cached = min(max(cached, 0), prompt)  # counters never go back, whatever an engine says
        self.prompt_tokens += prompt
        self.cached_tokens += cached
        self._cached.inc(cached)
        self._read.inc(prompt - cached)
        self.generated_tokens += new
        self._generated.inc(new)


def _remembered(counter: CounterSeries, user: str) -> Callable[[str, str], CounterSeries]:
    """Return what finds a user's series of a counter; to look it up takes longer than to count."""
    found: dict[tuple[str, str], CounterSeries] = {}

    def series(outcome: str, source: str) -> CounterSeries:
        key = outcome, source
        if key not in found:
            found[key] = counter.labels(user, *key)
        return found[key]

    return series
