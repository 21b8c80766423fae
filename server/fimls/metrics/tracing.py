"""What happened to one request, as OpenTelemetry spans: nothing is imported unless they are wanted.

``completion`` is an editor's request, ``turn`` what a generation of it waited for at a hub, and
``generate`` the generation. The engine is told of the last (``traceparent``), so that SGLang's own
spans (``--enable-trace``) are part of the same trace. No span has text of a document.

Where they go and how many of them, OpenTelemetry's own variables say:
``OTEL_EXPORTER_OTLP_ENDPOINT`` (by default port 4318 of this machine, OTLP over HTTP),
``OTEL_TRACES_SAMPLER``, ``OTEL_SERVICE_NAME``.

Sources: https://www.w3.org/TR/trace-context/ and
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fimls.errors import ConfigurationError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span as OtelSpan
    from opentelemetry.trace import Tracer

_tracer: Tracer | None = None


class Span:
    """A part of what a request took; without a span of OpenTelemetry it keeps nothing."""

    def __init__(self, span: OtelSpan | None = None) -> None:
        """Stand for this span."""
        self._span = span

    @property
    def traceparent(self) -> str | None:
        """By what another process makes its spans part of this one, or None."""
        if self._span is None:
            return None
        context = self._span.get_span_context()
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"

    def set(self, **attributes: str | float) -> None:
        """Say more of it; names are put below ``fimls.``."""
        if self._span is not None:
            for name, value in attributes.items():
                self._span.set_attribute(f"fimls.{name}", value)

    def end(self) -> None:
        """End it now."""
        if self._span is not None:
            self._span.end()


_NONE = Span()


def begin(name: str, **attributes: str | float) -> Span:
    """Begin a part of what runs; whoever begins it ends it, and nothing becomes a part of it."""
    if _tracer is None:
        return _NONE
    span = Span(_tracer.start_span(name))
    span.set(**attributes)
    return span


@contextmanager
def within(name: str, **attributes: str | float) -> Generator[Span]:
    """Make what runs in the block, and in tasks that it starts, part of a new span."""
    if _tracer is None:
        yield _NONE
        return
    # An error's message could quote a document.
    with _tracer.start_as_current_span(
        name, record_exception=False, set_status_on_exception=False
    ) as current:
        span = Span(current)
        span.set(**attributes)
        yield span


def start(exporter: SpanExporter | None = None) -> Callable[[], None]:
    """Make spans from now on; returns what sends the last ones and makes an end of it.

    Args:
        exporter: takes them, by default over OTLP.

    Raises:
        ConfigurationError: the extra ``otel`` is not installed.
    """
    global _tracer
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise ConfigurationError(
            "Traces need the extra otel: pip install '.[otel]' in a clone of fimls."
        ) from error
    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {SERVICE_NAME: "fimls"}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
    _tracer = provider.get_tracer("fimls")

    def stop() -> None:
        global _tracer
        _tracer = None
        provider.shutdown()

    return stop
