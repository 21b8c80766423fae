"""A model that goes round in circles: the editor shows what it said once, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.fake_sglang import FakeSGLang
from support.neovim import Open

pytestmark = pytest.mark.editor

MOST = 2
"""Copies of what goes round, since text before the loop may look like one of them."""

LOOPS = {
    "semicolons": ("user.ts", "interface User {\n  id: number;|\n}\n", ";", 63),
    "numbers and commas": ("add.go", "func add(a int, b int) int {\n\treturn |\n}\n", "1,", 32),
    "two names": ("names.py", "from typing import |\n", "Optional, Union, ", 20),
    "a call in itself": ("deep.py", "x = |\n", "f(", 40),
    "a member of a member": ("list.js", "node = node.|\n", "next.", 30),
    "an escape": ("text.c", 'char *s = "|";\n', "\\t", 40),
    "words": ("notes.md", "The plan is |\n", "to see the plan and ", 12),
}
"""Kind -> file, text with the cursor, what is said again and again, and how often."""


@pytest.mark.parametrize("kind", LOOPS)
def test_a_loop_within_a_line_is_shown_once_or_not_at_all(
    neovim: Open, file: Path, sglang: FakeSGLang, kind: str
):
    name, text, unit, times = LOOPS[kind]
    before, _, after = text.partition("|")
    file = file.with_name(name)
    file.write_text(before + after, encoding="utf-8")
    sglang.script = [unit] * times

    with neovim(file, sglang.url, "{ filetypes = { c = true } }") as editor:
        row = before.count("\n") + 1
        column = len(before.rpartition("\n")[2].encode())
        editor.api.command(f"call cursor({row}, {column})")
        editor.keys("a")
        assert sglang.wait_ended(30)
        editor.api.command("sleep 500m")
        ghost = editor.ghost or ""
    assert ghost.count(unit.strip()) <= MOST


@pytest.mark.parametrize(
    ("name", "text", "answer"),
    [
        ("data.py", "row = [|\n", "0, 0, 0, 0, 0, 0, 0, 0]"),
        ("rule.py", "# |\n", "-" * 70),
        ("table.sql", "INSERT INTO t VALUES (|\n", "NULL, NULL, NULL, NULL);"),
    ],
)
def test_a_row_that_is_meant_is_shown(
    neovim: Open, file: Path, sglang: FakeSGLang, name: str, text: str, answer: str
):
    before, _, after = text.partition("|")
    file = file.with_name(name)
    file.write_text(before + after, encoding="utf-8")
    sglang.script = [answer]

    with neovim(file, sglang.url) as editor:
        editor.keys("A")
        editor.until(lambda: (editor.ghost or "").strip() == answer, "ghost text")
