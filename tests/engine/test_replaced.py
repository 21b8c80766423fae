"""A real engine that is replaced by one with a smaller vocabulary, under editors that are idle.

SGLang ends with all of its processes at an id beyond its vocabulary: what editors send first must
be ids of the model that is served now.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest
from tokenizers import Tokenizer

from fimls.engine.embedded import embedded_model_path
from fimls.engine.preset import load_preset
from fimls.engine.supervisor import Engine
from fimls.hub.hub_address import HubAddress
from support.hub import HubEditor, at, hub_process, write_settings
from support.process import ServerProcess
from support.smaller_model import write_smaller_model
from support.wire import opened, typed

pytestmark = pytest.mark.engine

TEXT = "class Stack:\n    def __init__(self, argument):\n        self.argument = "
LINE, COLUMN = 2, 24


class Editor(Protocol):
    """What is needed of one, whoever serves it."""

    def send(self, *messages: Mapping[str, Any]) -> None: ...

    async def ask(self, method: str, params: Any = None) -> Any: ...


async def test_the_first_keystroke_after_a_swap_leaves_a_smaller_engine_alive(tmp_path: Path):
    pytest.importorskip("sglang", reason="SGLang is installed by the extra `serve`")
    embedded, smaller = embedded_model_path(), write_smaller_model(tmp_path / "smaller")
    assert max(ids_of(TEXT, embedded)) >= Tokenizer.from_file(file_of(smaller)).get_vocab_size()
    socket = f"unix:{tmp_path}/h.sock"
    preset = load_preset("embedded")
    async with AsyncExitStack() as stack:
        with Engine.start(preset, log=tmp_path / "before.log") as before:
            url = before.url
            settings = write_settings(tmp_path / "fimls.toml", url)
            await stack.enter_async_context(hub_process(settings, socket))
            idle = [await alone(stack, url), await at_hub(stack, socket)]
            for editor in idle:
                editor.send(opened(TEXT))
                assert await proposed(editor, COLUMN)
        port = int(url.rpartition(":")[2])
        with Engine.start(
            preset, model=str(smaller), port=port, log=tmp_path / "after.log"
        ) as after:
            answers: list[list[str]] = []
            for editor in idle:
                editor.send(typed(LINE, COLUMN, "a", version=2))
                answers.append(await proposed(editor, COLUMN + 1))
            assert after.alive()
            # Right is what those are told who came after the swap.
            for editor, answer in zip(
                [await alone(stack, url), await at_hub(stack, socket)], answers, strict=True
            ):
                editor.send(opened(TEXT + "a"))
                assert answer == await proposed(editor, COLUMN + 1) != []
            assert after.alive()


async def alone(stack: AsyncExitStack, url: str) -> Editor:
    editor = await stack.enter_async_context(await ServerProcess.start())
    await editor.initialize({"engine": {"url": url}})
    return editor


async def at_hub(stack: AsyncExitStack, socket: str) -> Editor:
    editor = await HubEditor.connect(HubAddress.parse(socket))
    await stack.enter_async_context(editor)
    await editor.enter()
    return editor


async def proposed(editor: Editor, character: int) -> list[str]:
    result = await editor.ask("textDocument/inlineCompletion", at(LINE, character))
    return [item["insertText"] for item in result["items"]]


def ids_of(text: str, model: Path) -> list[int]:
    return Tokenizer.from_file(file_of(model)).encode(text).ids


def file_of(model: Path) -> str:
    return str(model / "tokenizer.json")
