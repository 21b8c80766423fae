"""The extension and a hub, the real one, at each kind of address that it connects to."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fimls.hub.tokens import Tokens
from support.fake_sglang import FakeSGLang
from support.hub import write_settings

from .conftest import OpenWindow

pytestmark = pytest.mark.editor


@pytest.mark.parametrize(
    ("address", "first"),
    [
        ("unix:{}/hub.sock", "ready"),  # the kernel says who it is
        ("tcp://127.0.0.1:0", "unauthorised"),
        ("ws://127.0.0.1:0", "unauthorised"),
    ],
)
def test_a_hub_that_knows_its_users(
    vscode: OpenWindow, file: Path, sglang: FakeSGLang, tmp_path: Path, address: str, first: str
):
    file.write_text("", encoding="utf-8")
    sglang.script = ["value"]
    settings = write_settings(tmp_path / "hub.toml", sglang.url, require_token=True)
    _, token = Tokens(tmp_path / "tokens.json", clock=time.time).create("alice")

    with hub(settings, address.format(tmp_path)) as listens:
        connect = {"fimls.connect": listens, "editor.quickSuggestions": "off"}
        with vscode(file, "", connect, ready=first) as window:
            window.command("fimls: Set the Token for a Shared Server")
            window.fill("fimls_wrong")
            window.until(lambda: window.state == "unauthorised", "it is refused")
            window.command("fimls: Set the Token for a Shared Server")
            window.fill(token)
            window.until(lambda: window.state == "ready", "it is let in")
            window.focus()
            window.type("x = ")
            window.until(lambda: window.ghost == "value", "ghost text")
            window.keys("Tab")
            window.until(lambda: window.text == "x = value", "the text")
            assert window.notices == []


@contextmanager
def hub(settings: Path, address: str) -> Iterator[str]:
    """Start ``fimls hub``; yields the address at which it listens."""
    command = [sys.executable, "-m", "fimls", "hub", "--config", str(settings), address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
