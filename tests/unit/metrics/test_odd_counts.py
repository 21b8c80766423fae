"""Counts that cannot be: counters never go back, and nobody's completions fail of them."""

from __future__ import annotations

import itertools

import pytest

from fimls.metrics.prometheus import PrometheusMetrics


@pytest.mark.parametrize(
    ("prompt", "cached", "new"), [*itertools.product([-3, 0, 5], [-1, 7], [-2])]
)
def test_an_engine_that_miscounts_is_counted_as_far_as_it_can_be(
    prompt: int, cached: int, new: int
) -> None:
    meter = PrometheusMetrics().user("ann")
    meter.generated(
        "completion", "stop", prompt=prompt, cached=cached, new=new, first_s=None, total_s=0.1
    )
    assert 0 <= meter.cached_tokens <= meter.prompt_tokens == max(prompt, 0)
