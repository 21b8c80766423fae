"""Messages as long and as bad as a hub takes: the loop does not stand, and memory is counted."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from fimls.hub.hub import Hub
from support.fake_sglang import FakeSGLang
from support.hub import HubEditor, running_hub, write_settings
from support.watchdog import watching
from support.wire import URI, opened

SOME = "x = f(a, b)\n"


@pytest.fixture
async def hub(tmp_path: Path, sglang: FakeSGLang) -> AsyncGenerator[Hub, None]:
    settings = write_settings(tmp_path / "fimls.toml", sglang.url)
    async with running_hub(settings, "tcp://127.0.0.1:0") as hub:
        yield hub


def changed(*changes: dict[str, Any], version: int = 2) -> dict[str, Any]:
    params = {"textDocument": {"uri": URI, "version": version}, "contentChanges": list(changes)}
    return {"method": "textDocument/didChange", "params": params}


def at(line: int, character: int, text: str) -> dict[str, Any]:
    start = {"line": line, "character": character}
    return {"range": {"start": start, "end": {**start, "character": character + 1}}, "text": text}


MESSAGES = {
    "a change in each of 20,000 lines": changed(*(at(n, 0, "y") for n in range(20_000))),
    "20,000 changes from below": changed(*(at(20_000 - n, 0, "y") for n in range(20_000))),
    "20,000 changes in one line": changed(*(at(0, n, "yy") for n in range(20_000))),
    "a whole text of 20,000 lines": changed({"text": "y = 2\n" * 20_000}),
    "a whole text that is too large": changed({"text": "a\n" * 1_300_000}),
    "a document of blanks": opened(" " * 3_900_000 + "\nx\n"),
    "a notification that nobody knows": {"method": "x/y", "params": ["abc"] * 500_000},
}


@pytest.mark.parametrize("name", MESSAGES)
async def test_a_long_message_lets_others_have_their_turn(hub: Hub, name: str):
    held: list[str] = []
    async with await HubEditor.connect(hub.addresses[0]) as editor:
        await editor.enter()
        editor.send(opened(SOME * 20_000))
        await editor.ask("fimls/statistics", {})
        with watching(lambda s, what: held.append(f"{s:.3f} {what}"), product_only=True):
            editor.send(MESSAGES[name])
            await editor.ask("fimls/statistics", {})
    assert not held, held


async def test_what_comes_behind_a_long_message_is_for_the_text_that_it_left(hub: Hub):
    async with await HubEditor.connect(hub.addresses[0]) as editor:
        await editor.enter()
        editor.send(
            opened(SOME * 5_000),
            changed(*(at(n, 0, f"y{n}") for n in range(5_000))),
            changed(at(7, 0, "zz"), version=3),
            changed(*(at(n, 1, "w") for n in range(4_999, -1, -1)), version=4),
        )
        await editor.ask("fimls/statistics", {})
        (connection,) = hub.connections
        assert connection.session.server is not None
        document = connection.session.server.documents.get(URI)
        assert document is not None
        assert document.version == 4
        lines = [f"yw{str(n)[1:]} = f(a, b)\n" for n in range(5_000)]
        lines[7] = "zw7 = f(a, b)\n"
        assert document.text.lines[:5_000] == tuple(lines)


async def test_short_lines_count_with_what_they_take_in_memory(hub: Hub):
    async with await HubEditor.connect(hub.addresses[0]) as editor:
        await editor.enter()
        editor.send(opened("a\n" * 1_300_000))  # 2.6 MB, and 90 in memory
        await editor.ask("fimls/statistics", {})
        assert "documents are larger than this hub takes" in editor.shown()[-1]
        (connection,) = hub.connections
        assert connection.session.server is not None
        assert connection.session.server.documents.get(URI) is None


async def test_an_editor_that_leaves_in_the_middle_of_its_message_is_gone(hub: Hub):
    editor = await HubEditor.connect(hub.addresses[0])
    async with editor:
        await editor.enter()
        editor.send(opened(SOME * 50_000))
        await editor.writer.drain()
    async with await HubEditor.connect(hub.addresses[0]) as other:
        await other.enter()
        await other.ask("fimls/statistics", {})
