"""What a hub shows of itself: metrics, health, the status page, its log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

import fimls.hub.health_watch
from fimls import __version__
from fimls.hub.hub import Hub
from support.fake_sglang import FakeSGLang, Hold
from support.hub import HubEditor, at, hub_process, running_hub, write_settings
from support.wire import opened, typed


@pytest.fixture
async def hub(
    sglang: FakeSGLang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Hub]:
    monkeypatch.setattr(fimls.hub.health_watch, "LOOK_EVERY_S", 0.02)
    settings = write_settings(tmp_path / "fimls.toml", sglang.url, require_token=True)
    async with running_hub(settings, f"unix:{tmp_path}/h.sock", "ws://127.0.0.1:0") as hub:
        yield hub


async def get(hub: Hub, path: str, token: str | None = None) -> httpx.Response:
    address = hub.addresses[1]
    async with httpx.AsyncClient(trust_env=False) as client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await client.get(f"http://{address.host}:{address.port}{path}", headers=headers)


async def until(hub: Hub, path: str, status: int) -> None:
    async with asyncio.timeout(10):
        while (await get(hub, path)).status_code != status:
            await asyncio.sleep(0.02)


async def test_what_users_do_is_in_the_metrics(hub: Hub, sglang: FakeSGLang) -> None:
    _, token = hub.tokens.create("prometheus")
    _, ann = hub.tokens.create("ann")
    sglang.script = ["one", "two"]
    async with await HubEditor.connect(hub.addresses[0]) as editor:
        await editor.enter(token=ann)
        editor.send(opened("first"))
        assert await editor.complete(0, 5) == ["onetwo"]

        text = (await get(hub, "/metrics", token)).text
        page = (await get(hub, "/", token)).text
    samples = {
        (sample.name, sample.labels.get("user")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert samples["fimls_requests_total", "ann"] == 1
    assert samples["fimls_editors", "ann"] == 1
    assert samples["fimls_tokens_generated_total", "ann"] == 2
    assert samples["fimls_tokens_used_total", "ann"] == 2
    assert samples["fimls_prompt_tokens_read_total", "ann"] >= 5
    assert samples["fimls_queue_seconds_count", None] == 1
    assert samples["fimls_first_token_seconds_count", None] == 1
    assert "<td>ann</td><td>1</td><td>1</td>" in page
    assert sglang.url in page
    async with asyncio.timeout(10):
        while hub.connections:
            await asyncio.sleep(0.01)
    assert 'fimls_editors{user="ann"} 0.0' in (await get(hub, "/metrics", token)).text


async def test_who_types_fast_does_not_look_like_somebody_whom_nothing_is_suggested(
    hub: Hub, sglang: FakeSGLang
) -> None:
    _, ann = hub.tokens.create("ann")
    sglang.script = [Hold(), "one"]
    words = "some words typed"
    async with await HubEditor.connect(hub.addresses[0]) as editor:
        await editor.enter(token=ann)
        editor.send(opened(""))
        for column, character in enumerate(words):
            editor.send(typed(0, column, character, version=column + 2))
            last = editor.request("textDocument/inlineCompletion", at(0, column + 1))
            editor.send(last)
            await asyncio.sleep(0.02)
        for _ in words:
            sglang.release()
        assert (await editor.answer(last))["result"]["items"]
        (user,) = (await get(hub, "/status.json", ann)).json()["users"]
        page = (await get(hub, "/", ann)).text
    assert user["requests"] == str(len(words))
    assert user["with suggestions"] == "100.0%"
    assert float(user["typed on"].rstrip("%")) > 80
    assert int(user["tokens generated"]) >= 1
    assert "fimls " + __version__ in page
    assert f"counted since {datetime.now(UTC):%Y-}" in page


async def test_nobody_sees_who_works_here_without_a_token(hub: Hub) -> None:
    for path in ("/", "/metrics", "/status.json"):
        assert (await get(hub, path)).status_code == 401
        assert (await get(hub, path, "fimls_000000000000_" + "A" * 43)).status_code == 401
    _, token = hub.tokens.create("ann")
    assert 'reason="wrong token"' not in (await get(hub, "/metrics", token)).text
    hub.tokens.revoke("ann")
    assert (await get(hub, "/metrics", token)).status_code == 401


async def test_it_is_ready_while_the_engine_answers(hub: Hub, sglang: FakeSGLang) -> None:
    await until(hub, "/readyz", 200)
    sglang.healthy = False
    await until(hub, "/readyz", 503)
    assert (await get(hub, "/healthz")).status_code == 200
    sglang.healthy = True
    await until(hub, "/readyz", 200)


async def test_a_request_can_be_followed_through_the_log(
    sglang: FakeSGLang, tmp_path: Path
) -> None:
    settings = write_settings(tmp_path / "fimls.toml", sglang.url)
    socket, log = f"unix:{tmp_path}/h.sock", tmp_path / "log"
    async with hub_process(settings, socket, "--log-json", "--log-file", str(log)):
        from fimls.hub.hub_address import HubAddress

        async with await HubEditor.connect(HubAddress.parse(socket)) as editor:
            await editor.enter()
            editor.send(opened("password = 1"))
            await editor.complete(0, 12)
            await editor.complete(0, 12)
        lines = [json.loads(line) for line in log.read_text("utf-8").strip().split("\n")]

    told = [line for line in lines if line["logger"] == "fimls.requests"]
    engine = {line["request"]: line for line in told if "rid" in line}
    ended = {line["request"]: line for line in told if "outcome" in line}
    assert len(engine) == len(ended) == 2
    assert engine.keys() == ended.keys()
    assert [line["rid"] for line in engine.values()] == [r["rid"] for r in sglang.requests]
    assert {line["user"] for line in told} == {ended[next(iter(ended))]["user"]}
    assert "password" not in log.read_text("utf-8")
