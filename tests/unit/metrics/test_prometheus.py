from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from fimls.metrics.prometheus import OTHERS, PrometheusMetrics

ORDER = ("user", "kind", "outcome", "source", "found", "after_s")


def series(metrics: PrometheusMetrics) -> dict[tuple[str, ...], float]:
    """Return name and label values -> value, of the counters and gauges of users."""
    return {
        (
            sample.name,
            *(sample.labels[name] for name in ORDER if name in sample.labels),
        ): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
    }


def test_what_a_user_does_is_counted_under_the_name() -> None:
    metrics = PrometheusMetrics()
    ann = metrics.user("ann")
    ann.joined()
    ann.answered("answered", "memory", 0.004)
    ann.answered("superseded", "", 0.1)
    ann.generated("completion", "stop", prompt=10, cached=7, new=5, first_s=0.1, total_s=0.2)
    ann.used(4)
    ann.suggestion("full", "memory", 0)
    ann.suggestion("retained", "memory", 30)

    counted = series(metrics)

    assert counted["fimls_editors", "ann"] == 1
    assert counted["fimls_requests_total", "ann", "answered", "memory"] == 1
    assert counted["fimls_requests_total", "ann", "superseded", ""] == 1
    assert counted["fimls_prompt_tokens_cached_total", "ann"] == 7
    assert counted["fimls_prompt_tokens_read_total", "ann"] == 3
    assert counted["fimls_tokens_generated_total", "ann"] == 5
    assert counted["fimls_tokens_used_total", "ann"] == 4
    assert counted["fimls_suggestions_total", "ann", "full", "memory"] == 1
    assert counted["fimls_inserted_texts_total", "retained", "30"] == 1
    assert counted["fimls_answer_seconds_count", "memory"] == 1
    assert counted["fimls_first_token_seconds_count", "completion"] == 1


def test_however_many_users_come_there_are_only_so_many_series() -> None:
    metrics = PrometheusMetrics(most_users=3)
    for number in range(50):
        metrics.user(f"user{number}").answered("empty", "", 0.1)

    users = {key[1] for key in series(metrics) if key[0] == "fimls_requests_total"}

    assert users == {"user0", "user1", "user2", OTHERS}
    assert series(metrics)["fimls_requests_total", OTHERS, "empty", ""] == 47


def test_two_of_them_can_be_in_one_process() -> None:
    one, other = PrometheusMetrics(), PrometheusMetrics()
    one.user("ann").joined()
    assert ("fimls_editors", "ann") not in series(other)


@pytest.mark.parametrize("counts", [(10, 20, 5), (-1, -2, -3), (10**400, 10**400, 10**400)])
def test_counts_that_an_engine_made_up_raise_nothing(counts: tuple[int, int, int]) -> None:
    prompt, cached, new = counts
    metrics = PrometheusMetrics()
    ann = metrics.user("ann")
    ann.generated("completion", "stop", prompt=prompt, cached=cached, new=new, first_s=0, total_s=0)
    assert all(value >= 0 for value in series(metrics).values())
