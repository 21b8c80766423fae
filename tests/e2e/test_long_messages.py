"""Messages of megabytes, as an editor sends them for large documents: completions go on."""

from __future__ import annotations

from typing import Any

import pytest

from support.fake_sglang import FakeSGLang
from support.process import ServerProcess
from support.wire import URI, opened

LINES = 20_000
ENGINE = {"prompt": {"layout": "whole", "warm_up": False}, "completion": {"lines": "multi"}}


def edit(line: int, text: str) -> dict[str, Any]:
    start = {"line": line, "character": 0}
    return {"range": {"start": start, "end": {**start, "character": 1}}, "text": text}


def changed(*changes: dict[str, Any], version: int = 2) -> dict[str, Any]:
    params = {"textDocument": {"uri": URI, "version": version}, "contentChanges": list(changes)}
    return {"method": "textDocument/didChange", "params": params}


MESSAGES = {
    "a document of a million lines": opened("a = 1\n" * 1_000_000 + "x = "),
    "a document of one long line": opened("a" * 20_000_000 + "\nx = "),
    "a change in each of 20,000 lines": changed(*(edit(n, "b") for n in range(LINES))),
    "20,000 changes from below": changed(*(edit(LINES - 1 - n, "b") for n in range(LINES))),
    "a whole text": changed({"text": "b = 1\n" * 1_000_000 + "x = "}),
    "a notification that nobody knows": {"method": "x/y", "params": ["abc"] * 2_000_000},
}


@pytest.mark.parametrize("name", MESSAGES)
async def test_a_long_message_leaves_the_loop_to_others(sglang: FakeSGLang, name: str):
    """The watchdog of these tests looks at the process."""
    message = MESSAGES[name]
    async with await ServerProcess.start() as editor:
        await editor.initialize({**ENGINE, "engine": {"url": sglang.url}})
        editor.send(opened("a = 1\n" * LINES + "x = "))
        editor.send(message)
        if message["method"] == "textDocument/didOpen":
            text = message["params"]["textDocument"]["text"]
        else:
            text = message["params"]["contentChanges"][-1]["text"] if name == "a whole text" else ""
        line = text.count("\n") or LINES
        place = {"textDocument": {"uri": URI}, "position": {"line": line, "character": 4}}
        asked = {**place, "context": {"triggerKind": 1}}
        answer = await editor.ask("textDocument/inlineCompletion", asked)
        assert [item["insertText"] for item in answer["items"]] == ["x"]


async def test_what_comes_behind_a_long_message_waits_for_it(sglang: FakeSGLang):
    lines = 3_000
    async with await ServerProcess.start() as editor:
        await editor.initialize({**ENGINE, "engine": {"url": sglang.url}})
        editor.send(
            opened("a = 1\n" * lines),
            changed(*(edit(n, "b") for n in range(lines))),
            changed(edit(0, "c"), version=3),
            changed(*(edit(n, "d") for n in range(1, lines)), version=4),
        )
        shown = await editor.ask("fimls/prompt", at(2))
        assert "c = 1\nd = 1\nd = " in shown["text"]
        assert "b = 1" not in shown["text"]


NOT_UTF_8 = (
    b'["\xff"]',
    b'"\xff"',
    b'{"method": "textDocument/didOpen", "params": {"x": "\xff"}}',
    b'{"method": "textDocument/didChange", "params": ["\xff"]}',
    b'{"method": "textDocument/didOpen\xff"}',
    b"\xff",
)


@pytest.mark.parametrize("size", [0, 100_000])
async def test_what_is_not_utf_8_does_not_end_the_server(sglang: FakeSGLang, size: int):
    async with await ServerProcess.start() as editor:
        await editor.initialize({**ENGINE, "engine": {"url": sglang.url}})
        assert editor.process.stdin
        for body in NOT_UTF_8:
            frame = b"Content-Length: %d\r\n\r\n%b" % (len(body) + size, body + b" " * size)
            editor.process.stdin.write(frame)
        editor.send(opened("x = "))
        answer = await editor.ask("textDocument/inlineCompletion", at(0))
        assert [item["insertText"] for item in answer["items"]] == ["x"]


def at(line: int) -> dict[str, Any]:
    place = {"textDocument": {"uri": URI}, "position": {"line": line, "character": 4}}
    return {**place, "context": {"triggerKind": 1}}
