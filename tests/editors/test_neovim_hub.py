"""Neovim at a hub that wants a token: let in with it, told without it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fimls.hub.tokens import Tokens
from support.fake_sglang import FakeSGLang
from support.hub import write_settings
from support.neovim import Neovim, Open

pytestmark = pytest.mark.editor


@pytest.fixture
def hub(sglang: FakeSGLang, tmp_path: Path) -> Iterator[tuple[str, Tokens]]:
    """A hub's address as the plug-in takes it, and its tokens."""
    settings = write_settings(tmp_path / "hub.toml", sglang.url, require_token=True)
    command = [sys.executable, "-m", "fimls", "hub", "--config", str(settings)]
    with subprocess.Popen([*command, "tcp://127.0.0.1:0"], stdout=subprocess.PIPE) as process:
        assert process.stdout
        line = process.stdout.readline().decode()
        yield line.split("tcp://")[1].strip(), Tokens(tmp_path / "tokens.json", clock=lambda: 0.0)
        process.kill()


def test_the_token_option_lets_the_editor_in(
    neovim: Open, file: Path, sglang: FakeSGLang, hub: tuple[str, Tokens]
):
    file.write_text("x = \n", encoding="utf-8")
    sglang.script = ["value"]
    address, tokens = hub
    _, token = tokens.create("alice")
    with neovim(file, setup=f"{{ connect = '{address}', token = '{token}' }}") as editor:
        editor.keys("A")
        editor.until(lambda: editor.ghost == "value", "ghost text")
        assert "there is no table" not in editor.messages


@pytest.mark.parametrize("by", ["the plug-in", "fimls connect"])
def test_a_refusal_is_a_sentence(neovim: Open, file: Path, hub: tuple[str, Tokens], by: str):
    file.write_text("x = \n", encoding="utf-8")
    address, _ = hub
    command = f"{{ lsp = {{ cmd = {{ 'fimls', 'connect', 'tcp://{address}' }} }} }}"
    setup = f"{{ connect = '{address}' }}" if by == "the plug-in" else command
    with neovim(file, setup=setup, ready=False) as editor:
        says(editor, "fimls: This hub wants a token")
        editor.api.command("FimlsStatus")
        says(editor, "This hub wants a token")


@pytest.mark.parametrize("where", ["gpu.example.org:7654", "tls://127.0.0.1:1", "192.0.2.1:7654"])
def test_what_neovim_does_not_speak_is_told_with_what_does(neovim: Open, file: Path, where: str):
    file.write_text("x = \n", encoding="utf-8")
    with neovim(file, ready=False) as editor:
        works, why = editor.lua(f"return {{ pcall(require('fimls.start')._address, '{where}') }}")
        assert not works
        assert '"fimls", "connect", "tls://' in why


def says(editor: Neovim, words: str) -> None:
    editor.until(lambda: words in editor.messages, words)
    assert "stack traceback" not in editor.messages
    assert not editor.api.api.get_mode()["blocking"]
