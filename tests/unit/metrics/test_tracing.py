"""Spans: one trace for a request, whatever tasks its parts run in, and none unless wanted."""

from __future__ import annotations

import asyncio
import re

import pytest

from fimls.metrics import tracing

export = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")


def test_without_traces_there_is_nothing() -> None:
    with tracing.within("completion", user="ann") as span:
        inner = tracing.begin("generate")
        assert inner.traceparent is None
        inner.set(new=3)
        inner.end()
    assert span.traceparent is None


async def test_what_a_request_starts_is_part_of_it() -> None:
    exporter = export.InMemorySpanExporter()
    stop = tracing.start(exporter)

    async def generate() -> str | None:
        span = tracing.begin("generate", rid="r1")
        await asyncio.sleep(0)
        span.set(new=3)
        span.end()
        return span.traceparent

    with tracing.within("completion", user="ann") as outer:
        task = asyncio.create_task(generate())
    parent = await task
    stop()

    # It ended after the request's span, and is told of in any order.
    found = {span.name: span for span in exporter.get_finished_spans()}
    assert found["generate"].parent.span_id == found["completion"].context.span_id
    assert dict(found["generate"].attributes) == {"fimls.rid": "r1", "fimls.new": 3}
    assert dict(found["completion"].attributes) == {"fimls.user": "ann"}
    assert found["completion"].resource.attributes["service.name"] == "fimls"
    pattern = r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}"
    of_outer, of_inner = (re.fullmatch(pattern, each or "") for each in (outer.traceparent, parent))
    assert of_outer
    assert of_inner
    assert of_outer[1] == of_inner[1]
    assert of_outer[2] != of_inner[2]


def test_errors_do_not_get_into_spans() -> None:
    """Their messages could quote a document."""
    exporter = export.InMemorySpanExporter()
    stop = tracing.start(exporter)
    with pytest.raises(ValueError, match="secret"), tracing.within("completion"):
        raise ValueError("secret")
    stop()
    (span,) = exporter.get_finished_spans()
    assert "secret" not in span.to_json()
