"""Planted keys, searched for in everything that fimls says, shows, logs and starts, at debug level.

Over every kind of engine: one that answers, one that refuses and repeats the key in its answer, and
one that is gone.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from support.fake_sglang import FakeSGLang
from support.hosted_apis import HostedApi, Refusal
from support.hub import HubEditor, hub_process
from support.wire import URI, opened

KEY = "planted-9f31c5d2-key"  # nothing about it looks like one
KINDS = ("sglang", "openai", "vllm", "deepseek", "mistral", "llama-cpp")
WAYS = (("answers", "variable"), ("refuses", "file"))
CASES = [(kind, *way) for kind in KINDS for way in WAYS] + [("sglang", "is gone", "variable")]
AT_A_HUB = [case for case in CASES if case[0] in ("sglang", "deepseek")]
FIMLS = str(Path(sys.executable).with_name("fimls"))
TEXT = "def add(first, second):\n    return first"


class Place:
    """A user's folders, and an engine.

    Attributes:
        environment: of whatever is started; it has the key if that is where it comes from.
        settings: the table ``engine``.
    """

    def __init__(self, folder: Path, kind: str, url: str, source: str) -> None:
        hidden = ("DEEPSEEK_API_KEY", "MISTRAL_API_KEY", "FIMLS_API_KEY")
        self.environment = {name: v for name, v in os.environ.items() if name not in hidden}
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
            self.environment[name] = str(folder)
        self.settings = {"kind": "openai" if kind == "vllm" else kind, "url": url}
        if source == "file":
            file = folder / "kept.key"
            file.write_text(KEY, "utf-8")
            self.settings["api_key_file"] = str(file)
        else:
            self.environment["FIMLS_API_KEY"] = KEY
        self.options = {
            "engine": self.settings,
            "privacy": {"hosted": "allow"},
            "log": {"level": "debug"},
        }


def seen(said: str | bytes, where: str) -> None:
    """Fail if the key is in what was said."""
    text = said if isinstance(said, str) else said.decode("utf-8", "replace")
    at = text.find(KEY)
    assert at < 0, f"{where}: {text[max(0, at - 200) : at + len(KEY)]}"


def processes(pid: int, *, environment: bool) -> None:
    """Look through a process's command line, and its descendants' with their environments."""
    own = psutil.Process(pid)
    for each in (own, *own.children(recursive=True)):
        seen(Path(f"/proc/{each.pid}/cmdline").read_bytes(), f"the command of {each.pid}")
        if environment or each.pid != pid:
            seen(Path(f"/proc/{each.pid}/environ").read_bytes(), f"{each.cmdline()}'s environment")


@pytest.fixture
def place(
    request: pytest.FixtureRequest, tmp_path: Path, tokenizer_folder: Path
) -> Iterator[Place]:
    """Each test names its cases: the kind of engine, how that is, and where the key is from."""
    kind, how, source = request.param
    with ExitStack() as stack:
        url = "http://127.0.0.1:9"
        if how != "is gone" and kind in ("sglang", "llama-cpp"):
            key = KEY if how == "answers" else "another"
            engine = FakeSGLang(tokenizer_folder, api_key=key, script=[" + second"])
            url = stack.enter_context(engine).url
        elif how != "is gone":
            api = HostedApi("ollama" if kind == "openai" else kind, key=KEY)
            if how == "refuses":
                says = f'Incorrect API key "{KEY}" for Bearer {KEY} at {KEY}'
                api.refusals = [Refusal(status, says) for status in (422, 500, 401, 402) * 9]
            url = stack.enter_context(api).url
        yield Place(tmp_path, kind, url, source)


def of(cases: list[tuple[str, str, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("place", cases, indirect=True, ids="-".join)


@of(CASES)
async def test_no_key_is_in_what_a_server_says_or_starts(place: Place, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(FIMLS, "serve"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=place.environment,
        cwd=tmp_path,
    )
    assert process.stdin
    assert process.stdout
    assert process.stderr
    errors = asyncio.ensure_future(process.stderr.read())
    try:
        editor = HubEditor(process.stdout, process.stdin)
        await editor.enter(place.options, root=tmp_path.as_uri())
        editor.send(opened(TEXT, uri=URI))
        for _ in range(3):
            await editor.complete(1, 16)
        request = editor.request("fimls/prompt", at_end())
        editor.send(request)
        await editor.answer(request)
        await act(editor)
        editor.send({"method": "workspace/didChangeConfiguration", "params": {"settings": {}}})
        editor.send({"method": "textDocument/didChange", "params": {"nonsense": KEY[:4]}})
        await editor.complete(1, 16)
        processes(process.pid, environment="api_key_file" in place.settings)
        await editor.ask("shutdown")
        editor.send({"method": "exit"})
        await asyncio.wait_for(process.wait(), 30)
    finally:
        if process.returncode is None:
            process.kill()
    seen(json.dumps(editor.received), "a message to the editor")
    log = await errors
    assert b"DEBUG" in log
    seen(log, "the log")
    files(tmp_path)


def files(folder: Path) -> None:
    """Look through what was left on disk."""
    for file in folder.rglob("*"):
        if file.is_file() and file.name != "kept.key":
            seen(file.read_bytes(), str(file))


async def act(editor: HubEditor) -> None:
    """Have a code action carried out: that starts a process for the model's template."""
    params = {
        "textDocument": {"uri": URI},
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 16}},
        "context": {"diagnostics": []},
    }
    rewrite = {
        "command": "fimls.rewrite",
        "arguments": [{"uri": URI, "range": params["range"], "instruction": "Add types."}],
    }
    request = editor.request("workspace/executeCommand", rewrite)
    editor.send(request)
    await editor.answer(request)


def at_end() -> dict[str, Any]:
    return {"textDocument": {"uri": URI}, "position": {"line": 1, "character": 16}}


@of(CASES)
def test_no_key_is_in_what_commands_print(place: Place, tmp_path: Path) -> None:
    engine = place.settings
    named = engine.get("api_key_file")
    key = ["--key-file", named] if named else ["--key-env", "FIMLS_API_KEY"]
    where = ["--engine", engine["kind"], "--url", engine["url"], *key]
    commands = [
        ["setup", *where, "--print"],
        ["doctor", "--json", "--settings", json.dumps(place.options)],
    ]
    for command in commands:
        done = subprocess.run(
            [FIMLS, *command],
            env=place.environment,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        seen(done.stdout, " ".join(command))
        seen(done.stderr, " ".join(command))
        assert "Traceback" not in done.stderr


@of(AT_A_HUB)
async def test_no_key_is_in_a_hubs_log_pages_and_metrics(place: Place, tmp_path: Path) -> None:
    tables = {
        "engine": place.settings,
        "privacy": {"hosted": "allow"},
        "log": {"level": "debug"},
        "hub": {"accept_shared_cache": True, "tokens_file": str(tmp_path / "tokens.json")},
    }
    settings = tmp_path / "hub.toml"
    settings.write_text(
        "\n".join(
            f"[{table}]\n" + "\n".join(f"{k} = {json.dumps(v)}" for k, v in values.items())
            for table, values in tables.items()
        ),
        "utf-8",
    )
    sock = f"unix:{tmp_path}/hub.sock"
    async with hub_process(settings, sock, "ws://127.0.0.1:0", env=place.environment) as process:
        assert process.stdout
        (port,) = {
            each.laddr.port
            for each in psutil.Process(process.pid).net_connections("tcp")
            if each.status == psutil.CONN_LISTEN
        }
        reader, writer = await asyncio.open_unix_connection(f"{tmp_path}/hub.sock")
        async with HubEditor(reader, writer) as editor:
            await editor.enter()
            editor.send(opened(TEXT, uri=URI))
            for _ in range(3):
                await editor.complete(1, 16)
            for path in ("metrics", "status.json", "health", ""):
                page = await asyncio.to_thread(read, port, path)
                seen(page, f"the page /{path}")
            processes(process.pid, environment="api_key_file" in place.settings)
        seen(json.dumps(editor.received), "a message to the editor")
        process.terminate()
        seen(await process.stdout.read(), "the hub's log")


def read(port: int, path: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(f"GET /{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        said = bytearray()
        while piece := connection.recv(65_536):
            said += piece
    assert said.startswith(b"HTTP/1.1 "), said[:80]
    return bytes(said)
