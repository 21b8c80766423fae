"""A request as OpenTelemetry spans: from a hub to a collector, and to the engine."""

from __future__ import annotations

import gzip
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from fimls.hub.hub_address import HubAddress
from support.fake_sglang import FakeSGLang
from support.hub import HubEditor, hub_process, write_settings
from support.wire import opened

pytest.importorskip(
    "opentelemetry.exporter.otlp.proto.http", reason="OpenTelemetry comes with the extra `otel`"
)


@contextmanager
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """Take what is exported; yields the address and the bodies."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name that http.server wants
            bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", bodies
        server.shutdown()
        thread.join()


async def test_a_request_is_one_trace_from_the_editor_to_the_engine(
    sglang: FakeSGLang, tmp_path: Path
) -> None:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    settings = write_settings(tmp_path / "fimls.toml", sglang.url)
    address = HubAddress.parse(f"unix:{tmp_path}/h.sock")
    with collector() as (url, bodies):
        environment = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": url}
        async with hub_process(settings, str(address), "--traces", env=environment) as hub:
            async with await HubEditor.connect(address) as editor:
                await editor.enter()
                editor.send(opened("password = 1"))
                assert await editor.complete(0, 12)
            hub.send_signal(signal.SIGTERM)
            await hub.communicate()

    plain = [gzip.decompress(b) if b.startswith(b"\x1f\x8b") else b for b in bodies]
    assert not any(b"password" in body for body in plain)
    spans = {
        span.name: span
        for body in plain
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    }
    assert spans.keys() == {"completion", "turn", "generate"}
    completion, generate = spans["completion"], spans["generate"]
    assert {span.trace_id for span in spans.values()} == {completion.trace_id}
    assert generate.parent_span_id == spans["turn"].parent_span_id == completion.span_id
    told = {each.key: each.value for each in generate.attributes}
    assert told["fimls.end"].string_value == "stop"
    assert told["fimls.prompt"].int_value > 0
    (asked,) = [headers for _, path, headers in sglang.calls if path == "/generate"]
    _, trace, span, _ = asked["traceparent"].split("-")
    assert (trace, span) == (generate.trace_id.hex(), generate.span_id.hex())
