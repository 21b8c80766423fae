"""What is accepted, by which key, and what the keys do otherwise; items as a test scripts them."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.fake_sglang import FakeSGLang, Hold
from support.neovim import Open

pytestmark = pytest.mark.editor


def item(text: str, behind: int = 0) -> str:
    """Return Lua for an item whose text takes the place of bytes behind the cursor."""
    return f"""{{ insertText = {_lua(text)}, range = {{
      start = params.position,
      ["end"] = {{
        line = params.position.line, character = params.position.character + {behind},
      }},
    }} }}"""


def once(*items: str) -> str:
    """Return options with a server that offers items the first time, and then keeps silent."""
    return f"""{{ lsp = {{ cmd = scripted(function(params)
      if _G.offered then return nil end
      _G.offered = true
      return {{ items = {{ {", ".join(items)} }} }}
    end) }} }}"""


def always(*items: str) -> str:
    """Return options with a server that offers items each time."""
    return f"""{{ lsp = {{ cmd = scripted(function(params)
      return {{ items = {{ {", ".join(items)} }} }}
    end) }} }}"""


def _lua(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def test_word_by_word(neovim: Open, file: Path):
    file.write_text("x = \n", encoding="utf-8")

    with neovim(file, setup=once(item("first_one + größe\n    (y)"))) as editor:
        editor.keys("A")
        editor.until(lambda: editor.ghost, "ghost text")
        for text, ghost in [
            ("x = first_one", " + größe\n    (y)"),
            ("x = first_one +", " größe\n    (y)"),
            ("x = first_one + größe", "\n    (y)"),
            ("x = first_one + größe\n    (", "y)"),
            ("x = first_one + größe\n    (y", ")"),
            ("x = first_one + größe\n    (y)", None),
        ]:
            editor.keys("<M-Right>")
            editor.until(lambda text=text: editor.text == text, f"{text!r}")
            assert editor.ghost == ghost


def test_line_by_line(neovim: Open, file: Path):
    file.write_text("def f():\n", encoding="utf-8")

    with neovim(file, setup=once(item("\n    a = 1\n    b = 2"))) as editor:
        editor.keys("A")
        editor.until(lambda: editor.ghost, "ghost text")
        editor.keys("<M-C-Right>")
        editor.until(lambda: editor.text == "def f():\n    a = 1", "the first line")
        assert editor.ghost == "\n    b = 2"
        editor.keys("<M-C-Right>")
        editor.until(lambda: editor.text == "def f():\n    a = 1\n    b = 2", "the second line")
        assert editor.ghost is None
        assert editor.cursor == (3, len("    b = 2"))


def test_what_is_accepted_is_undone_alone(neovim: Open, file: Path):
    file.write_text("x = \n", encoding="utf-8")

    with neovim(file, setup=once(item("value + 1"))) as editor:
        editor.keys("A(")
        editor.until(lambda: editor.ghost, "ghost text")
        editor.keys("<Tab>")
        editor.until(lambda: editor.text == "x = (value + 1", "the text")
        editor.keys(")<Esc>")
        assert editor.text == "x = (value + 1)"
        editor.keys("u")
        assert editor.text in ("x = (value + 1", "x = (")
        while editor.text != "x = (":
            editor.keys("u")
        editor.keys("u")
        assert editor.text == "x = "


def test_text_behind_the_cursor_is_replaced(neovim: Open, file: Path):
    file.write_text("print(f())  # é\n", encoding="utf-8")

    with neovim(file, setup=once(item("a, b), c", behind=1))) as editor:
        editor.keys("f)i")
        editor.until(lambda: editor.ghost, "ghost text")
        if not editor.draws_itself:
            assert editor.screen(1) == "print(f(a, b), c)  # é"
        editor.keys("<Tab>")
        editor.until(lambda: editor.text == "print(f(a, b), c)  # é", "the text")
        assert editor.cursor == (1, len("print(f(a, b), c"))


def test_text_behind_the_cursor_is_replaced_word_by_word(neovim: Open, file: Path):
    file.write_text("f()\n", encoding="utf-8")

    with neovim(file, setup=once(item("a)\ng(b)", behind=1))) as editor:
        editor.keys("f)i")
        editor.until(lambda: editor.ghost, "ghost text")
        if not editor.draws_itself:
            assert [editor.screen(1), editor.screen(2)] == ["f(a)", "g(b)"]
        for text in ["f(a)", "f(a)", "f(a)\ng", "f(a)\ng(", "f(a)\ng(b", "f(a)\ng(b)"]:
            editor.keys("<M-Right>")
            editor.until(lambda text=text: editor.text == text, text)
        assert editor.ghost is None


def test_a_closing_bracket_that_is_typed_over_is_not_doubled(neovim: Open, file: Path):
    file.write_text("f()\n", encoding="utf-8")

    with neovim(file, setup=once(item("a) + b", behind=1))) as editor:
        editor.keys("f)i")
        editor.until(lambda: editor.ghost, "ghost text")
        editor.keys("a<Right>")  # as plug-ins that close brackets do for the bracket's key
        assert editor.ghost == " + b"
        editor.keys("<Tab>")
        editor.until(lambda: editor.text == "f(a) + b", "the text")


def test_the_rest_of_the_line_is_shown_where_it_will_stand(neovim: Open, file: Path):
    file.write_text("f(x)\n", encoding="utf-8")

    with neovim(file, setup=once(item("\n    a,\n    "))) as editor:
        if editor.draws_itself:
            pytest.skip("Neovim leaves the rest of the line where it is")
        editor.keys("fxi")
        editor.until(lambda: editor.ghost, "ghost text")
        assert [editor.screen(row) for row in (1, 2, 3)] == ["f(", "    a,", "    x)"]
        editor.keys("<Tab>")
        editor.until(lambda: editor.text == "f(\n    a,\n    x)", "the text")


def test_among_several_suggestions_one_is_chosen(neovim: Open, file: Path):
    file.write_text("x = \n", encoding="utf-8")

    with neovim(file, setup=once(item("one"), item("two"), item("three"))) as editor:
        editor.keys("A")
        editor.until(lambda: editor.ghost == "one", "the first")
        for keys, ghost in [("<M-]>", "two"), ("<M-]>", "three"), ("<M-]>", "one")]:
            editor.keys(keys)
            editor.until(lambda ghost=ghost: (editor.ghost or "").startswith(ghost), ghost)
        editor.keys("<M-[>")
        editor.until(lambda: (editor.ghost or "").startswith("three"), "the last")
        editor.keys("<Tab>")
        editor.until(lambda: editor.text == "x = three", "the text")


def test_a_suggestion_is_dismissed_and_asked_for_by_hand(neovim: Open, file: Path):
    file.write_text("x = \n", encoding="utf-8")
    answers = f"scripted(function(params) return {{ items = {{ {item('value')} }} }} end)"

    with neovim(file, setup=f"{{ lsp = {{ cmd = {answers} }} }}") as editor:
        editor.keys("A")
        editor.until(lambda: editor.ghost, "ghost text")
        editor.keys("<C-]>")
        editor.until(lambda: editor.ghost is None, "no ghost text")
        editor.keys("<M-Bslash>")
        editor.until(lambda: editor.ghost == "value", "ghost text")
        kinds = editor.lua(
            "return vim.iter(calls):map(function(call)"
            " return vim.tbl_get(call, 'params', 'context', 'triggerKind') end):totable()"
        )
        assert kinds == [2, 1]  # automatic, invoked


def test_keys_that_have_nothing_to_accept_are_what_they_were(neovim: Open, file: Path):
    file.write_text("one two\n", encoding="utf-8")
    before = "vim.keymap.set('i', '<C-]>', '<Plug>(bang)', { remap = true });"
    plug = "vim.keymap.set('i', '<Plug>(bang)', '!')"

    with neovim(file, setup=once(), before=before + plug) as editor:
        editor.api.command("set expandtab softtabstop=4")
        editor.keys("I<M-Right>a<C-]><Tab>")  # one to the right
        editor.until(lambda: editor.text == "oa! ne two", "the text")


def test_a_stale_suggestion_is_never_accepted(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text("x = \n", encoding="utf-8")
    sglang.scripts = [["value"]]
    sglang.script = [Hold()]

    with neovim(file, sglang.url) as editor:
        editor.api.command("set expandtab softtabstop=4")
        editor.keys("A")
        editor.until(lambda: editor.ghost, "ghost text")
        editor.keys("w<Tab>")
        editor.until(lambda: editor.text == "x = w   ", "the key's own effect")
        editor.keys("<BS><BS>v<Tab>")  # the suggestion's first letter, too late
        editor.until(lambda: editor.text == "x = v   ", "the key's own effect")
        assert editor.ghost is None


def test_a_mapping_of_the_users_that_is_an_expression_accepts_too(neovim: Open, file: Path):
    file.write_text("x = \n", encoding="utf-8")
    theirs = """vim.keymap.set("i", "<C-l>", function()
      return require("fimls").accept("word") and "" or "!"
    end, { expr = true })"""

    with neovim(file, setup=once(item("value")), before=theirs) as editor:
        editor.keys("A")
        editor.until(lambda: editor.ghost, "ghost text")
        editor.keys("<C-l>")
        editor.until(lambda: editor.text == "x = value", "the text")
        editor.keys("<C-l>")
        editor.until(lambda: editor.text == "x = value!", "the key's own effect")


MENUS = {
    "nvim-cmp": "package.loaded['cmp'] = { visible = function() return menu end }",
    "blink.cmp": "package.loaded['blink.cmp'] = { is_menu_visible = function() return menu end }",
}


@pytest.mark.parametrize("menu", MENUS)
def test_an_open_menu_has_the_keys_that_it_uses(neovim: Open, file: Path, menu: str):
    file.write_text("x = \n", encoding="utf-8")
    theirs = "vim.keymap.set('i', '<Tab>', function() _G.chosen = true end)"

    with neovim(file, setup=once(item("value + 1")), before=f"{MENUS[menu]} {theirs}") as editor:
        editor.lua("menu = true")
        editor.keys("A")
        editor.until(lambda: editor.ghost, "ghost text")
        editor.keys("<Tab>")
        assert editor.lua("return chosen") is True
        assert editor.text == "x = "
        editor.keys("<M-Right>")  # not the menu's
        editor.until(lambda: editor.text == "x = value", "the word")
        editor.lua("menu = false")
        editor.keys("<Tab>")
        editor.until(lambda: editor.text == "x = value + 1", "the rest")


@pytest.mark.parametrize("menu", ["<C-x><C-n>", "autocomplete"])
def test_beside_the_menu_of_neovim_itself_the_key_accepts(neovim: Open, file: Path, menu: str):
    file.write_text("first fine\n\n", encoding="utf-8")

    with neovim(file, setup=always(item("second"))) as editor:
        if menu == "autocomplete" and not editor.api.funcs.exists("+autocomplete"):
            pytest.skip("this Neovim opens no menu by itself")
        editor.keys(":set autocomplete<CR>" if menu == "autocomplete" else "")
        editor.keys("jifi" + ("" if menu == "autocomplete" else menu))
        editor.until(lambda: editor.api.funcs.pumvisible(), "the menu")
        editor.until(lambda: editor.ghost == "second", "ghost text")
        before = editor.text
        editor.keys("<Tab>")
        editor.until(lambda: editor.text == before + "second", "the text")


def test_in_a_snippet_the_key_jumps_and_nothing_is_suggested(neovim: Open, file: Path):
    file.write_text("\n", encoding="utf-8")
    theirs = """vim.keymap.set({ "i", "s" }, "<Tab>", function()
      return vim.snippet.active({ direction = 1 }) and "<Cmd>lua vim.snippet.jump(1)<CR>" or "<Tab>"
    end, { expr = true })"""

    with neovim(file, setup=always(item("body")), before=theirs) as editor:
        editor.keys("i")
        editor.until(lambda: editor.ghost, "ghost text")
        editor.lua("vim.snippet.expand('for ${1:k} in ${2:seq}:$0')")
        editor.keys("key")
        editor.lua("vim.wait(400)")
        assert editor.ghost is None
        editor.keys("<Tab>")
        editor.keys("all")
        editor.until(lambda: editor.text == "for key in all:", "the text")


def test_beside_a_menu_ghost_text_can_be_hidden(neovim: Open, file: Path):
    file.write_text("x = \n", encoding="utf-8")
    setup = always(item("value")).replace("{", "{ hide_with_menu = true,", 1)

    with neovim(file, setup=setup, before=MENUS["blink.cmp"]) as editor:
        editor.keys("A")
        editor.until(lambda: editor.ghost, "ghost text")
        editor.lua("menu = true")
        editor.keys(" ")
        editor.lua("vim.wait(400)")
        assert editor.ghost is None
        editor.lua("menu = false")
        editor.keys(" ")
        editor.until(lambda: editor.ghost, "ghost text")


def test_what_is_mapped_is_as_before_when_the_server_has_gone(
    neovim: Open, file: Path, sglang: FakeSGLang
):
    file.write_text("x = \n", encoding="utf-8")
    theirs = "vim.keymap.set('i', '<M-]>', 'mine', { buffer = vim.fn.bufadd(vim.fn.argv(0)) })"

    with neovim(file, sglang.url, before=theirs) as editor:
        mapped = "return vim.fn.maparg(..., 'i', false, true).desc or ''"
        keys = ["<Tab>", "<M-]>", "<M-[>", "<C-]>"]
        assert all(editor.lua(mapped, key).startswith("fimls: ") for key in keys)
        stop = "client:stop(true)" if editor.api.funcs.has("nvim-0.11") else "client.stop(true)"
        editor.lua(f"for _, client in ipairs(vim.lsp.get_clients()) do {stop} end")
        editor.until(lambda: editor.lua("return #vim.lsp.get_clients()") == 0, "it is gone")
        editor.until(lambda: not editor.lua(mapped, "<M-[>"), "the key is free")
        assert not any(editor.lua(mapped, key).startswith("fimls: ") for key in keys)
        assert editor.lua("return vim.fn.maparg('<M-]>', 'i')") == "mine"


def test_it_is_switched_off_and_on(neovim: Open, file: Path):
    file.write_text("x = \n", encoding="utf-8")
    answers = f"scripted(function(params) return {{ items = {{ {item('value')} }} }} end)"

    with neovim(file, setup=f"{{ lsp = {{ cmd = {answers} }} }}") as editor:
        editor.keys("A")
        editor.until(lambda: editor.ghost, "ghost text")
        for off in ("FimlsToggle", "FimlsToggle!"):
            editor.keys(f"<Cmd>{off}<CR>")
            assert editor.ghost is None
            asked = editor.lua("return #calls")
            editor.keys("y")
            editor.lua("vim.wait(300)")
            assert editor.ghost is None
            methods = editor.lua("return vim.tbl_map(function(c) return c.method end, calls)")
            assert "textDocument/inlineCompletion" not in methods[asked:]
            editor.keys(f"<BS><Cmd>{off}<CR><Esc>A")
            editor.until(lambda: editor.ghost == "value", "ghost text")
