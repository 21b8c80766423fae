"""The engine names a model of the model hub: what is asked there, with whose token, how long."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from support.clients import options
from support.fake_sglang import FakeSGLang
from support.wire import opened

TOKEN = "hf_of_the_user"
URI = "file:///a.py"


class ModelHub(ThreadingHTTPServer):
    """Answers nothing, or with a status; keeps what it was asked."""

    daemon_threads = True

    def __init__(self, status: int | None) -> None:
        self.asked: list[dict[str, str]] = []
        self.status = status
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                hub.asked.append(dict(self.headers))
                if hub.status is None:
                    time.sleep(600)
                self.send_response(hub.status or 500)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_HEAD

            def log_message(self, *_: Any) -> None: ...

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


@pytest.fixture
def hub(request: pytest.FixtureRequest) -> Iterator[ModelHub]:
    with ModelHub(request.param) as hub:
        yield hub
        hub.shutdown()


def frame(message: dict[str, Any]) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def completed(hub: ModelHub, folder: Path) -> tuple[list[dict[str, Any]], float]:
    """Return what the server sent for one request, and how long it lived after its editor."""
    environment = {
        "HOME": str(folder),
        "PATH": "/usr/bin:/bin",
        "HF_ENDPOINT": f"http://127.0.0.1:{hub.server_port}",
        "HF_TOKEN": TOKEN,
    }
    with FakeSGLang(script=["x"], model_path="some-org/some-model", context_length=9_000) as engine:
        given = options(engine.url, completion={"deadline_ms": 3_000})
        messages = [
            {
                "id": 1,
                "method": "initialize",
                "params": {"processId": None, "capabilities": {}, "initializationOptions": given},
            },
            {"method": "initialized", "params": {}},
            opened("value = ", uri=URI),
            {
                "id": 2,
                "method": "textDocument/inlineCompletion",
                "params": {
                    "textDocument": {"uri": URI},
                    "position": {"line": 0, "character": 8},
                    "context": {"triggerKind": 2},
                },
            },
        ]
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "fimls", "serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"".join(map(frame, messages)))
        process.stdin.flush()
        received: list[dict[str, Any]] = []
        while not any(each.get("id") == 2 for each in received):
            size = int(process.stdout.readline().split(b":")[1])
            while process.stdout.readline().strip():
                pass
            received.append(json.loads(process.stdout.read(size)))
        process.stdin.close()
        left = time.monotonic()
        try:
            process.wait(10)
        finally:
            process.kill()
        return received, time.monotonic() - left


@pytest.mark.parametrize("hub", [None], indirect=True)
def test_a_model_hub_that_never_answers_holds_nobody(hub: ModelHub, tmp_path: Path):
    received, lived_s = completed(hub, tmp_path)
    assert lived_s < 5
    (said,) = [m["params"]["message"] for m in received if m.get("method") == "window/showMessage"]
    assert "some-org/some-model" in said
    assert "model.tokenizer" in said
    assert "faster model" not in said


@pytest.mark.parametrize("hub", [401, 404, 503], indirect=True)
def test_the_users_token_is_not_sent_for_a_model_that_the_engine_names(
    hub: ModelHub, tmp_path: Path
):
    received, lived_s = completed(hub, tmp_path)
    assert lived_s < 5
    assert hub.asked
    assert not any(TOKEN in str(headers) for headers in hub.asked)
    said = [m["params"]["message"] for m in received if m.get("method") == "window/showMessage"]
    assert all("some-org/some-model" in each for each in said)
