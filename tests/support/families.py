"""Editors as they are: what each family declares, says and answers, over a real server process.

Capabilities are those that the editors send, from pytest-lsp's records and their public sources,
as far as the server reads them. `everyday` is what all of them do; the contract of the session
(`support.contract`) holds every message of the server against what was declared.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from support.process import ServerProcess

URI = "file:///w/a.py"
TEXT = """\
def f(items):
    out = []
    for item in items:
        out.append(item + 1)
    return out
value =
"""
LINE = 5
ALL_KINDS = ["", "quickfix", "refactor", "refactor.extract", "refactor.inline", "refactor.rewrite"]
LITERALS = {"codeActionKind": {"valueSet": [*ALL_KINDS, "source", "source.organizeImports"]}}
FILES = {"documentChanges": True, "resourceOperations": ["create", "rename", "delete"]}


@dataclass
class Family:
    """One kind of client.

    Attributes:
        capabilities: what it declares.
        name: what it calls itself, or empty.
        typing: its number for an inline completion while one types; None asks for the menu.
        context: context of its requests for the menu.
        greets: what it sends behind ``initialized``.
        settings: what it answers to ``workspace/configuration``, for each item.
        whole: it sends the whole text with each change.
    """

    capabilities: Mapping[str, Any]
    name: str = ""
    typing: int | None = None
    context: Any = None
    greets: Sequence[Mapping[str, Any]] = ()
    settings: Any = None
    whole: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)


class Client(ServerProcess):
    """An editor that answers what the server asks it.

    Attributes:
        applied: the edits that it was asked to make.
    """

    family: Family
    applied: list[Any]

    async def read(self) -> dict[str, Any]:
        message = await super().read()
        if "id" in message and "method" in message:
            self.send({"id": message["id"], "result": self._result(message)})
        return message

    def _result(self, message: Mapping[str, Any]) -> Any:
        params = message["params"]
        if message["method"] == "workspace/configuration":
            return [self.family.settings for _ in params["items"]]
        if message["method"] == "workspace/applyEdit":
            self.applied.append(params["edit"])
            return {"applied": True}
        return {"success": True} if message["method"] == "window/showDocument" else None


@dataclass
class Got:
    """What an editor got on an everyday."""

    announced: Mapping[str, Any]
    completed: list[str]
    edited: Any
    status: int


async def everyday(family: Family, url: str) -> Got:
    """Start, type, take a completion, convert a loop, and leave."""
    completion = {"reuse": False, "debounce_ms": 0, "reranking": False}
    prompt = {"layout": "whole", "warm_up": False}
    options = {"engine": {"url": url}, "completion": completion, "prompt": prompt}
    async with await Client.start() as client:
        assert isinstance(client, Client)
        client.family, client.applied = family, []
        params: dict[str, Any] = {
            "processId": os.getpid(),
            "rootUri": "file:///w",
            "rootPath": "/w",
            "capabilities": family.capabilities,
            "initializationOptions": options,
            "workspaceFolders": [{"uri": "file:///w", "name": "w"}],
            **({"clientInfo": {"name": family.name}} if family.name else {}),
            **family.more,
        }
        announced = (await client.ask("initialize", params))["capabilities"]
        client.send({"method": "initialized", "params": {}}, *family.greets)
        item = {"uri": URI, "languageId": "python", "version": 0, "text": TEXT}
        client.send({"method": "textDocument/didOpen", "params": {"textDocument": item}})
        client.send(_typed(family))
        completed = await _completed(client, family)
        edited = await _edited(client, announced)
        await client.ask("shutdown")
        client.send({"method": "exit"})
        return Got(announced, completed, edited, await client.end())


def _typed(family: Family) -> dict[str, Any]:
    here = {"line": LINE, "character": len("value =")}
    change: dict[str, Any] = {"range": {"start": here, "end": here}, "rangeLength": 0, "text": " "}
    if family.whole:
        change = {"text": TEXT.replace("value =", "value = ")}
    document = {"uri": URI, "version": 1}
    params = {"textDocument": document, "contentChanges": [change]}
    return {"method": "textDocument/didChange", "params": params}


async def _completed(client: Client, family: Family) -> list[str]:
    place = {"line": LINE, "character": len("value = ")}
    params: dict[str, Any] = {"textDocument": {"uri": URI}, "position": place}
    if family.typing is None:
        if family.context is not None:
            params["context"] = family.context
        answer = await client.ask("textDocument/completion", params)
        return [each["textEdit"]["newText"] for each in answer["items"]]
    params["context"] = {"triggerKind": family.typing}
    answer = await client.ask("textDocument/inlineCompletion", params)
    return [each["insertText"] for each in answer["items"]]


async def _edited(client: Client, announced: Mapping[str, Any]) -> Any:
    """Have the loop converted; returns the edit, however it came."""
    if "codeActionProvider" not in announced:
        return None
    here = {"line": 2, "character": 8}
    context = {"diagnostics": [], "triggerKind": 1}
    params = {"textDocument": {"uri": URI}, "range": {"start": here, "end": here}}
    offers = await client.ask("textDocument/codeAction", {**params, "context": context})
    offer = next(each for each in offers if each["title"].startswith("Convert"))
    command = offer["command"] if isinstance(offer.get("command"), dict) else offer
    if isinstance(command.get("command"), str):
        call = {"command": command["command"], "arguments": command["arguments"]}
        assert await client.ask("workspace/executeCommand", call) is None
        return client.applied[-1]
    return (await client.ask("codeAction/resolve", offer))["edit"]
