"""Somebody who types fast and never rests: few sockets to the engine, and none after rest."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import itertools
import math
import re
from pathlib import Path

import pytest

import fimls
from fimls.bench.typing_tally import Tally
from support.fake_sglang import FakeSGLang
from support.hub import HubEditor, running_hub, write_settings
from support.raw_server import settled, sockets_to
from support.under_load import hub, serve, typist
from support.wire import opened

MOST, AFTER_REST = 8, 2
SECONDS, KEYS_PER_S = 6.0, 60.0
REST_S = 12.0
SOURCES = sorted(Path(fimls.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("cancels", [False, True], ids=["superseded", "$-cancelRequest"])
@pytest.mark.parametrize("start", [serve, hub], ids=["serve", "hub"])
async def test_fast_typing_with_a_fast_engine_takes_few_sockets(
    sglang: FakeSGLang, tmp_path_factory: pytest.TempPathFactory, start, cancels: bool
):
    sglang.script = ["val", "ue", "\n"]
    tally, most = Tally(), 0
    folder = tmp_path_factory.mktemp("s")  # unix paths are short
    async with start(sglang.url, folder) as served:
        url = sglang.url if start is serve else ""
        editor = await served.connect(
            lambda: typist(tally, keys_per_s=KEYS_PER_S, url=url, cancels=cancels)
        )
        typing = asyncio.create_task(editor.run(math.inf))
        loop = asyncio.get_running_loop()
        while not tally.keys and not typing.done():
            await asyncio.sleep(0.05)  # the server starts
        end = loop.time() + SECONDS
        while loop.time() < end:
            most = max(most, served.held().sockets)
            await asyncio.sleep(0.05)
        typing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await typing
        end = loop.time() + REST_S
        while (rest := served.held().sockets) > AFTER_REST and loop.time() < end:
            await asyncio.sleep(0.2)
    assert tally.keys > 50
    assert tally.errors == {}
    assert 0 < most <= MOST
    assert rest <= AFTER_REST
    rids = [body["rid"] for body in sglang.requests]
    assert rids
    for one, other in itertools.permutations(rids[:200], 2):
        assert not one.startswith(other)


def test_request_ids_are_random_and_of_one_length():
    """SGLang aborts every request whose id begins with the given one, whoever sent it."""
    made = re.compile(r"uuid\.uuid4\(\)\.hex|(self|request|chunk)\._?rid|rid")
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "rid":
                assert made.fullmatch(ast.unparse(node.value)), f"{path}:{node.value.lineno}"


async def test_settings_of_an_editor_at_a_hub_open_no_connections_of_their_own(
    sglang: FakeSGLang, tmp_path: Path
):
    sglang.script = ["x"]
    settings = write_settings(tmp_path / "hub.toml", sglang.url)
    async with contextlib.AsyncExitStack() as stack:
        team = await stack.enter_async_context(running_hub(settings, "tcp://127.0.0.1:0"))
        for number in range(20):
            editor = await HubEditor.connect(team.addresses[0])
            await stack.enter_async_context(editor)
            timeouts = {"connect_timeout_ms": 1_000 + number, "read_timeout_ms": 9_000 + number}
            await editor.enter({"engine": timeouts})
            editor.send(opened("value = "))
            assert await editor.complete(0, 8) == ["x"]
            assert any("connect_timeout_ms is ignored" in each for each in editor.shown())
        assert sockets_to(sglang.url) <= MOST
        assert await settled(sglang.url, 1) <= 1  # the hub looks now and then whether it is there
