"""Two real engines behind ``sglang-router``: what editors at a hub see when one of these dies."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from fimls.engine.embedded import embedded_model_path
from fimls.engine.supervisor import Engine
from support.hub import HubEditor, at, running_hub, write_settings
from support.router import routed
from support.wire import opened

pytest.importorskip("sglang_router", reason="sglang-router comes with the extra `router`")
pytestmark = pytest.mark.engine

SOURCE = "".join(f"def number_{i}():\n    return {i}\n\n\n" for i in range(20)) + "def add(a, b):\n"
END = (81, 0)
USAGE = "$/fimls/usage"


async def test_a_replica_and_the_router_die_with_editors_attached(
    engine: Engine,
    make_engine: Callable[[Path], AbstractContextManager[Engine]],
    tmp_path: Path,
):
    with ExitStack() as stack:
        mortal = stack.enter_context(make_engine(embedded_model_path()))
        url, router = stack.enter_context(routed([mortal.url]))
        settings = write_settings(tmp_path / "fimls.toml", url)
        async with running_hub(settings, f"unix:{tmp_path}/h.sock") as hub:
            editors = [await HubEditor.connect(hub.addresses[0]) for _ in range(2)]
            for editor in editors:
                await editor.enter()
                editor.send(opened(SOURCE))
                assert await editor.complete(*END)
            await asyncio.to_thread(add, url, engine.url)
            for editor in editors:
                assert await editor.complete(*END)
                usage = [m["params"] for m in editor.received if m.get("method") == USAGE][-1]
                # The router has kept it at the engine that knows its prompt.
                assert usage["cachedTokens"] >= usage["promptTokens"] - 1

            # One generates when its engine dies: what it has so far is no answer.
            request = editors[0].request("textDocument/inlineCompletion", at(*END))
            editors[0].send(request)
            async with asyncio.timeout(10):
                while not hub.shared.queue.running:
                    await asyncio.sleep(0.001)
            os.killpg(mortal._process.pid, signal.SIGKILL)
            assert "result" in await editors[0].answer(request)
            for editor in [*editors, *editors]:
                assert await editor.complete(*END), "the other engine answers"
                assert states(editor)[-1] == "ready"

            router.kill()
            router.wait()
            for editor in editors:
                assert await editor.complete(*END) == []
                assert states(editor)[-1] == "failing"

            stack.enter_context(routed([engine.url], port=int(url.rpartition(":")[2])))
            for editor in editors:
                assert await editor.complete(*END)
                assert states(editor)[-1] == "ready"
                answers = Counter(m["id"] for m in editor.received if "method" not in m)
                assert set(answers.values()) == {1}
                editor.writer.close()


def states(editor: HubEditor) -> list[str]:
    return [m["params"]["state"] for m in editor.received if m.get("method") == "$/fimls/status"]


def add(router: str, engine: str) -> None:
    """Tell a router of a further engine, and wait until it uses it."""
    body = json.dumps({"url": engine}).encode()
    asked = urllib.request.Request(f"{router}/workers", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked):
        pass
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with urllib.request.urlopen(f"{router}/workers") as answer:
            workers = json.load(answer)["workers"]
        if len(workers) == 2 and all(each["is_healthy"] for each in workers):
            return
        time.sleep(0.2)
    raise TimeoutError("the router does not use the second engine")
