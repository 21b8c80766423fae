"""An editor with a small repository, whose index is there: a server over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from support.process import INITIALIZE, ServerProcess
from support.wire import opened

KEY = "9f8Gh2Kd0sLq7WzXe4Rt6YuI1oP3aBnM"

FILES = {
    "shop/prices.py": (
        "def load_prices(path: str, *, currency: str = 'EUR') -> list[int]:\n"
        f'    secret_token = "{KEY}"\n'
        "    return [len(path)]\n"
    ),
    "shop/ignored.py": "def hidden_by_git(a_planted_name): ...\n",
    "shop/.gitignore": "ignored.py\n",
    "private/inner.py": "def hidden_by_setting(a_planted_name): ...\n",
    ".env.py": "def hidden_by_name(a_planted_name): ...\n",
    "main.py": "import os\n",
}

CAPABILITIES = {
    "window": {"workDoneProgress": True},
    "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}},
    "textDocument": {"inlineCompletion": {}},
}


class Session:
    """An editor with a repository, whose index is there."""

    def __init__(self, server: ServerProcess, root: Path) -> None:
        self.server, self.root = server, root
        self.version = 1

    def uri(self, path: str) -> str:
        return (self.root / path).as_uri()

    def write(self, path: str, text: str) -> None:
        """Replace a document's text."""
        self.version += 1
        params = {
            "textDocument": {"uri": self.uri(path), "version": self.version},
            "contentChanges": [{"text": text}],
        }
        self.server.send({"method": "textDocument/didChange", "params": params})

    def place(self, path: str, text: str) -> dict[str, Any]:
        """Return the place at the end of a document's text."""
        lines = text.split("\n")
        return {
            "textDocument": {"uri": self.uri(path)},
            "position": {"line": len(lines) - 1, "character": len(lines[-1])},
        }

    async def complete(self, path: str, text: str) -> None:
        """Write a text, and have a completion at its end."""
        self.write(path, text)
        place = self.place(path, text)
        await self.server.ask(
            "textDocument/inlineCompletion", {**place, "context": {"triggerKind": 2}}
        )

    async def prompt(self, path: str, text: str) -> dict[str, Any]:
        """Write a text, have a completion at its end, and return the prompt of the next one."""
        await self.complete(path, text)
        await asyncio.sleep(1.0)  # a rest
        return await self.server.ask("fimls/prompt", self.place(path, text))

    async def until_indexed(self) -> None:
        async with asyncio.timeout(60):
            while not any(_ends(each) for each in self.server.received):
                await self.server.ask("fimls/statistics")
                for each in self.server.received:
                    if each.get("method") == "window/workDoneProgress/create" and each["id"]:
                        self.server.send({"id": each["id"], "result": None})
                        each["id"] = None
                await asyncio.sleep(0.1)


def _ends(message: dict[str, Any]) -> bool:
    value = message.get("params", {}).get("value") if message.get("method") == "$/progress" else {}
    return isinstance(value, dict) and value.get("kind") == "end"


@asynccontextmanager
async def editing(
    url: str, tmp_path: Path, files: Mapping[str, str] = FILES, *, index: bool = True
) -> AsyncIterator[Session]:
    """Start an editor in a repository of files, with an engine at a URL.

    Without an index all files are open, with one ``main.py`` alone.
    """
    root = tmp_path / "repository"
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    env = {name: str(tmp_path / name) for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    async with await ServerProcess.start(env=env) as server:
        params = {
            **INITIALIZE,
            "capabilities": CAPABILITIES,
            "workspaceFolders": [{"uri": root.as_uri(), "name": "repository"}],
            "initializationOptions": {
                "engine": {"url": url},
                "prompt": {"warm_up": False},
                "context": {"index": index, "search_ms": 5_000},
                "completion": {"exclude_files": ["private/**", ".env*"], "speculation": False},
            },
        }
        await server.ask("initialize", params)
        server.send({"method": "initialized", "params": {}})
        started = Session(server, root)
        for path in ["main.py"] if index else files:
            server.send(opened(files[path], uri=started.uri(path)))
        if index:
            await started.until_indexed()
        yield started
