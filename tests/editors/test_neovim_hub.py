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
        says(editor, "fimls: This hub needs a token")
        editor.api.command("FimlsStatus")
        says(editor, "This hub needs a token")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("gpu.example.org:7654", "tcp://gpu.example.org:7654"),
        ("/run/fimls/hub.sock", "unix:/run/fimls/hub.sock"),
        ("unix:/run/fimls/hub.sock", "unix:/run/fimls/hub.sock"),
        ("tls://[::1]:7443", "tls://[::1]:7443"),
        ("wss://box.example.org:7444", "wss://box.example.org:7444"),
    ],
)
def test_an_address_is_written_as_everywhere_else(
    neovim: Open, file: Path, written: str, meant: str
):
    file.write_text("x = \n", encoding="utf-8")
    with neovim(file, ready=False) as editor:
        assert editor.lua(f"return require('fimls.start').address('{written}')") == meant


def test_another_machine_in_plain_text_is_refused_in_a_sentence(neovim: Open, file: Path):
    file.write_text("x = \n", encoding="utf-8")
    with neovim(file, setup="{ connect = 'tcp://gpu.example.org:7654' }", ready=False) as editor:
        says(editor, "is another machi")
        assert "use tls:// or wss://" in editor.api.command_output("FimlsStatus")


def test_a_hub_that_goes_and_comes_is_found_again_and_a_new_token_needs_no_new_editor(
    neovim: Open, file: Path, sglang: FakeSGLang, hub: tuple[str, Tokens]
):
    file.write_text("x = \n", encoding="utf-8")
    sglang.script = ["value"]
    address, tokens = hub
    (file.parent / "token").write_text("fimls_wrong", encoding="utf-8")
    read = f"function() return vim.fn.readfile('{file.parent}/token')[1] end"
    with neovim(file, setup=f"{{ connect = '{address}', token = {read} }}", ready=False) as editor:
        says(editor, "does not know the token")
        _, token = tokens.create("alice")
        (file.parent / "token").write_text(token, encoding="utf-8")
        editor.api.command("FimlsRestart")
        editor.until(editor.ready, "the server")
        editor.keys("A")
        editor.until(lambda: editor.ghost == "value", "ghost text")


def test_health_asks_the_hub_that_is_configured(neovim: Open, file: Path, hub: tuple[str, Tokens]):
    file.write_text("x = \n", encoding="utf-8")
    address, tokens = hub
    _, token = tokens.create("alice")
    with neovim(file, setup=f"{{ connect = '{address}', token = '{token}' }}") as editor:
        editor.api.command("checkhealth fimls")
        assert f"hub: tcp://{address} lets you in" in editor.text
        assert "engine: the hub's engine answers" in editor.text


def says(editor: Neovim, words: str) -> None:
    editor.until(lambda: words in editor.messages, words)
    assert "stack traceback" not in editor.messages
    assert not editor.api.api.get_mode()["blocking"]
