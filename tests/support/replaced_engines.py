"""Idle editors, alone and of a hub, while one real engine after the other serves at an address."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from fimls.engine.preset import Preset
from fimls.engine.supervisor import Engine
from fimls.hub.hub_address import HubAddress
from support.hub import HubEditor, at, hub_process, write_settings
from support.process import ServerProcess
from support.wire import opened, typed

BEFORE = "class Stack:\n    def __init__(self, argument):\n        self.argument = "
TYPED = "argument"
LINE, COLUMN = 2, 24


class Editor(Protocol):
    """What is needed of one, whoever serves it."""

    received: list[dict[str, Any]]

    def send(self, *messages: Mapping[str, Any]) -> None: ...

    async def ask(self, method: str, params: Any = None) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstKeystroke:
    """What became of the first keystroke after an engine has begun to serve.

    Attributes:
        answers: what each of the idle editors was proposed, the one of `fimls serve` first.
        told: the sentence that each of them was told meanwhile, or nothing. All editors of the hub
            are one user's, of whom eight are answered at a time: the others may be told to wait.
        right: what two are told who came when the engine was there already, in the same order.
        seconds: from the keystroke, which all of them make at once, to the last answer.
        alive: whether the engine ran on.
    """

    answers: Sequence[Sequence[str]]
    told: Sequence[str]
    right: Sequence[Sequence[str]]
    seconds: float
    alive: bool


async def replaced(
    models: Sequence[tuple[Preset, Path]], folder: Path, *, editors: int, deadline_ms: int = 5_000
) -> AsyncGenerator[FirstKeystroke, None]:
    """Serve each of the models after the other, and yield what its first keystroke brings.

    Of the first model that is what the editors are proposed when they open their document.

    Args:
        models: how they are served, and the folders of their checkpoints.
        folder: for logs and settings.
        editors: how many there are at a hub, beside the one of `fimls serve`.
        deadline_ms: how long they wait.
    """
    socket, port = f"unix:{folder}/h.sock", 0
    options = {"completion": {"deadline_ms": deadline_ms}}
    idle: list[Editor] = []
    async with AsyncExitStack() as stack:
        for turn, (preset, model) in enumerate(models):
            log = folder / f"engine-{turn}.log"
            with Engine.start(preset, model=str(model), port=port, log=log) as engine:
                port = int(engine.url.rpartition(":")[2])
                text = BEFORE + TYPED[:turn]
                if not idle:
                    settings = write_settings(folder / "fimls.toml", engine.url)
                    await stack.enter_async_context(hub_process(settings, socket))
                    idle.append(await _alone(stack, engine.url, options))
                    idle += [await _at_hub(stack, socket, options) for _ in range(editors)]
                    message = opened(text)
                else:
                    there, key = COLUMN + turn - 1, TYPED[turn - 1]
                    message = typed(LINE, there, key, version=turn + 1)
                before = [len(editor.received) for editor in idle]
                for editor in idle:
                    editor.send(message)
                began = time.monotonic()
                answers = await asyncio.gather(*(_proposed(editor, turn) for editor in idle))
                seconds = time.monotonic() - began
                told = [_told(each, since) for each, since in zip(idle, before, strict=True)]
                right: list[list[str]] = []
                async with AsyncExitStack() as late:
                    alone = await _alone(late, engine.url, options)
                    for editor in (alone, await _at_hub(late, socket, options)):
                        editor.send(opened(text))
                        right.append(await _proposed(editor, turn))
                alive = engine.alive()
                yield FirstKeystroke(
                    answers=answers, told=told, right=right, seconds=seconds, alive=alive
                )


async def _alone(stack: AsyncExitStack, url: str, options: dict[str, Any]) -> Editor:
    editor = await stack.enter_async_context(await ServerProcess.start())
    await editor.initialize({"engine": {"url": url}, **options})
    return editor


async def _at_hub(stack: AsyncExitStack, socket: str, options: dict[str, Any]) -> Editor:
    editor = await HubEditor.connect(HubAddress.parse(socket))
    await stack.enter_async_context(editor)
    await editor.enter(options)
    return editor


async def _proposed(editor: Editor, turn: int) -> list[str]:
    result = await editor.ask("textDocument/inlineCompletion", at(LINE, COLUMN + turn))
    return [item["insertText"] for item in result["items"]]


def _told(editor: Editor, since: int) -> str:
    """Return the last sentence that an editor was told, in its status or in a message."""
    told = ("$/fimls/status", "window/showMessage")
    said = [each["params"] for each in editor.received[since:] if each.get("method") in told]
    return next((each["message"] for each in reversed(said) if each.get("message")), "")
