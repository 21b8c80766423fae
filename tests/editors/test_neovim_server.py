"""The server beside the ghost text: its status, messages, health, other addresses, rewriting."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.fake_sglang import FakeSGLang, Hold
from support.neovim import PLUGIN, Neovim, Open
from support.relay import relay

pytestmark = pytest.mark.editor


def state(editor: Neovim) -> str:
    return editor.lua("return require('fimls.status').get().state")


def test_the_status_is_for_statuslines(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text("x = \n", encoding="utf-8")
    sglang.script = [Hold(), "value"]
    line = """vim.o.statusline = "%{%v:lua.require'fimls'.statusline()%}" """
    count = """vim.api.nvim_create_autocmd("User", { pattern = "FimlsStatus", callback = function()
      _G.changes = (_G.changes or 0) + 1 end })"""

    with neovim(file, sglang.url, before=line + count) as editor:
        editor.until(lambda: state(editor) == "ready", "ready")
        bottom = editor.api.eval("&lines - 1")
        editor.until(lambda: editor.screen(bottom) == "fimls", "the sign for it")
        changes = editor.lua("return changes")
        editor.keys("A")
        editor.until(lambda: state(editor) == "thinking", "thinking")
        editor.until(lambda: editor.screen(bottom) == "fimls *", "the sign for it")
        sglang.release()
        editor.until(lambda: editor.ghost, "ghost text")
        assert state(editor) == "ready"
        editor.until(lambda: editor.lua("return changes") > changes, "the event")
        editor.keys("<Cmd>FimlsToggle<CR>")
        assert state(editor) == "off"


def test_an_engine_that_is_away_is_said_once_and_in_one_line(
    neovim: Open, file: Path, tokenizer_folder: Path
):
    file.write_text("x = \n", encoding="utf-8")
    with FakeSGLang(script=["value"], model_path=str(tokenizer_folder)) as engine:
        url, port = engine.url, int(engine.url.rpartition(":")[2])

    with neovim(file, url) as editor:
        editor.until(lambda: state(editor) == "failing", "it is noticed")
        assert editor.messages == ""
        editor.keys("A")
        message = editor.until(lambda: editor.messages, "the message")
        assert message.startswith("fimls: ")
        assert "\n" not in message
        assert not editor.api.api.get_mode()["blocking"]  # nothing asks to press Enter
        for key in "abcdef":
            editor.keys(key)
        assert editor.text == "x = abcdef"
        assert editor.messages == message
        editor.keys("<Esc>")  # "-- INSERT --" stood over it
        editor.until(lambda: editor.screen(editor.lua("return vim.o.lines")) == message, "it")
        editor.keys("A")
        editor.until(lambda: state(editor) == "failing", "it is still away")
        with FakeSGLang(script=["value"], model_path=str(tokenizer_folder), port=port):
            editor.keys(" ")
            editor.until(lambda: editor.ghost == "value", "ghost text")
            assert state(editor) == "ready"


def test_health(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text("x = \n", encoding="utf-8")
    sglang.script = ["value"]

    with neovim(file, sglang.url) as editor:
        editor.until(lambda: state(editor) == "ready", "ready")
        editor.api.command("checkhealth fimls")
        report = editor.text
        by = "vim.lsp.inline_completion" if editor.draws_itself else "fimls.ghost"
        for words in [f"ghost text by {by}", "The server is /", "is ready.", "accept: <Tab>"]:
            assert words in report
        assert "ERROR" not in report
        assert "WARNING" not in report


def test_health_of_an_installation_without_a_server(neovim: Open, file: Path):
    file.write_text("x = \n", encoding="utf-8")
    setup = '{ lsp = { cmd = { "no-such-fimls", "serve" } } }'

    with neovim(file, setup=setup, ready=False) as editor:
        editor.api.command("messages clear | checkhealth fimls")
        assert "`no-such-fimls` is not on your PATH" in editor.text
        assert "pip install ." in editor.text


def test_help_has_a_tag_for_everything(neovim: Open, file: Path, tmp_path: Path):
    file.write_text("", encoding="utf-8")
    doc = tmp_path / "doc"
    doc.mkdir()
    text = (PLUGIN / "doc" / "fimls.txt").read_text(encoding="utf-8")
    (doc / "fimls.txt").write_text(text, encoding="utf-8")

    with neovim(file, ready=False) as e:
        e.api.command(f"helptags {doc} | set runtimepath^={tmp_path}")
        for tag in ["fimls", "fimls.setup()", ":FimlsRewrite", ":FimlsToggle", ":FimlsStatus"]:
            assert tag in e.api.eval(f"getcompletion('{tag}', 'help')")
        for name in e.lua("return vim.tbl_keys(require('fimls').options.keys)"):
            assert f"`{name}`" in text


REWRITE = "scripted(function() return {} end, { 'fimls.rewrite' })"


@pytest.mark.parametrize("asked", [False, True])
def test_lines_are_rewritten_as_an_instruction_says(neovim: Open, file: Path, asked: bool):
    file.write_text("a = 1\nb = '😀'\nc = 3\n", encoding="utf-8")

    with neovim(file, setup=f"{{ lsp = {{ cmd = {REWRITE} }} }}") as editor:
        if asked:
            editor.lua("vim.ui.input = function(o, reply) reply('use floats') end")
            editor.keys("Vj:FimlsRewrite<CR>")
        else:
            editor.keys("Vj:FimlsRewrite use floats<CR>")
        sent = editor.until(
            lambda: editor.lua(
                "return vim.iter(calls):filter(function(call)"
                " return call.method == 'workspace/executeCommand' end):totable()"
            ),
            "the command",
        )
        place = {
            "start": {"line": 0, "character": 0},
            "end": {"line": 1, "character": len("b = '😀'".encode())},
        }
        assert [call["params"]["command"] for call in sent] == ["fimls.rewrite"]
        assert sent[0]["params"]["arguments"] == [file.as_uri(), place, "use floats"]


def test_a_server_that_does_not_rewrite(neovim: Open, file: Path):
    file.write_text("a = 1\n", encoding="utf-8")

    with neovim(file, setup="{ lsp = { cmd = scripted(function() return {} end) } }") as editor:
        editor.api.command("FimlsRewrite use floats")
        assert "offers no rewriting" in editor.messages
        assert editor.lua("return calls[#calls].method") != "workspace/executeCommand"


@pytest.mark.parametrize("kind", ["tcp", "socket"])
def test_a_server_elsewhere(neovim: Open, file: Path, sglang: FakeSGLang, kind: str):
    file.write_text("x = \n", encoding="utf-8")
    sglang.script = ["value"]

    with relay(file.parent / "s" if kind == "socket" else None) as (address, seen):
        setup = f'{{ connect = [[{address}]], token = function() return "secret" end }}'
        with neovim(file, sglang.url, setup) as editor:
            editor.keys("A")
            editor.until(lambda: editor.ghost == "value", "ghost text")
            editor.keys("<Tab>")
            editor.until(lambda: editor.text == "x = value", "the text")
        assert b'"token":"secret"' in b"".join(seen).replace(b" ", b"")
