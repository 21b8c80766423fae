"""The series of one process for Prometheus, and what each of them counts.

prometheus-client is a dependency of the base install, because it is small and brings no others;
it is imported only by who shows metrics.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

_ANSWER_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 2, 5)
_WAIT_S = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)


class Series:
    """Every series; in a registry of its own, so that several can be in one process."""

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        self.editors = Gauge("fimls_editors", "Editors connected.", ["user"], registry=registry)
        self.requests = Counter(
            "fimls_requests_total",
            "Requests for completions, by how they ended and what answered them.",
            ["user", "outcome", "source"],
            registry=registry,
        )
        self.failures = Counter(
            "fimls_failures_total",
            "Requests for completions that failed, by the error.",
            ["cause"],
            registry=registry,
        )
        self.answer_seconds = Histogram(
            "fimls_answer_seconds",
            "Time from reading a request to its suggestions, by what answered it.",
            ["source"],
            buckets=_ANSWER_S,
            registry=registry,
        )
        self.filtered = Counter(
            "fimls_filtered_total",
            "Generated texts that a filter changed.",
            ["filter"],
            registry=registry,
        )
        self.filtered_away = Counter(
            "fimls_filtered_away_total",
            "Generated texts of which the filters left nothing.",
            registry=registry,
        )
        self.suggestions = Counter(
            "fimls_suggestions_total",
            "What became of suggestions, by what answered the request.",
            ["user", "outcome", "source"],
            registry=registry,
        )
        self.inserted = Counter(
            "fimls_inserted_texts_total",
            "Accepted texts that were still there, or had changed, so many seconds later.",
            ["found", "after_s"],
            registry=registry,
        )
        self.generations = Counter(
            "fimls_generations_total",
            "Requests to the engine, by what they were for and how they ended.",
            ["kind", "end"],
            registry=registry,
        )
        self.given_up = Counter(
            "fimls_generations_given_up_total",
            "Generations that were ended before their text was enough for anybody.",
            ["user"],
            registry=registry,
        )
        self.queue_seconds = Histogram(
            "fimls_queue_seconds",
            "Time that requests to the engine waited for their turn in this process.",
            ["kind"],
            buckets=_WAIT_S,
            registry=registry,
        )
        self.shed = Counter(
            "fimls_shed_total",
            "Requests to the engine that were refused because too much waited already.",
            ["kind"],
            registry=registry,
        )
        self.first_token_seconds = Histogram(
            "fimls_first_token_seconds",
            "Time from asking the engine to the first token.",
            ["kind"],
            buckets=_ANSWER_S,
            registry=registry,
        )
        self.generation_seconds = Histogram(
            "fimls_generation_seconds",
            "Time from asking the engine to the end of the generation.",
            ["kind"],
            buckets=_ANSWER_S,
            registry=registry,
        )
        self.prompt_cached = Counter(
            "fimls_prompt_tokens_cached_total",
            "Tokens of prompts that the engine had in its cache.",
            ["user"],
            registry=registry,
        )
        self.prompt_read = Counter(
            "fimls_prompt_tokens_read_total",
            "Tokens of prompts that the engine had to read.",
            ["user"],
            registry=registry,
        )
        self.prompt_from_host = Counter(
            "fimls_prompt_tokens_from_host_total",
            "Cached tokens of prompts that came from the host tier, where the engine says so.",
            ["user"],
            registry=registry,
        )
        self.prompt_evicted = Counter(
            "fimls_prompt_tokens_evicted_total",
            "Tokens of prompts that an engine had once and had to read again.",
            ["engine", "rank", "user"],
            registry=registry,
        )
        self.generated = Counter(
            "fimls_tokens_generated_total",
            "Tokens that the engine generated.",
            ["user"],
            registry=registry,
        )
        self.used = Counter(
            "fimls_tokens_used_total",
            "Generated tokens of texts from which something was shown; the others were discarded.",
            ["user"],
            registry=registry,
        )
        self.refused = Counter(
            "fimls_connections_refused_total",
            "Connections that were not let in, by the reason.",
            ["reason"],
            registry=registry,
        )
        self.loop_delay_seconds = Histogram(
            "fimls_loop_delay_seconds",
            "How much later than due a timer of the event loop fired; everybody waits that long.",
            buckets=_WAIT_S,
            registry=registry,
        )
        self.engine_up = Gauge(
            "fimls_engine_up", "Whether an engine answers.", ["engine"], registry=registry
        )
