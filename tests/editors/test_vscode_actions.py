"""Code actions and rewriting in a real VS Code, with the real server over a scripted engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.fake_sglang import FakeSGLang, Hold
from support.pictures import SCREENSHOTS

from .conftest import OpenWindow

pytestmark = pytest.mark.editor

CODE = "def area(a, b):\n    size = a * b  # 😀\n    return size\n"
LONELY = {"editor.quickSuggestions": "off", "fimls.enabled": False}
"""Settings of an editor where only what is asked for comes."""


def test_an_action_is_applied_from_the_menu_and_no_light_bulb_burns(
    vscode: OpenWindow, file: Path, sglang: FakeSGLang
):
    file.write_text(CODE, encoding="utf-8")
    sglang.script = ['```python\n"""Return the area."""\n```']

    with vscode(file, sglang.url, LONELY, ready="off") as window:
        window.focus()
        window.keys("Control+Home", "ArrowRight")
        window.page.wait_for_timeout(1_000)
        assert window.page.locator(".lightBulbWidget:visible").count() == 0  # nobody asked
        window.open_actions()
        assert sglang.requests == []  # offering costs the engine nothing
        window.choose_action("docstring")
        window.apply()
        expected = CODE.replace("    size =", '    """Return the area."""\n    size =')
        window.until(lambda: window.text == expected, "the docstring")
        window.keys("Control+z")
        window.until(lambda: window.text == CODE, "it is undone")


def test_an_answer_that_is_not_safe_changes_nothing(
    vscode: OpenWindow, file: Path, sglang: FakeSGLang
):
    file.write_text(CODE, encoding="utf-8")
    sglang.script = ["I'm sorry, but I cannot do that."]

    with vscode(file, sglang.url, LONELY, ready="off") as window:
        window.focus()
        window.keys("Control+Home", "ArrowRight")
        window.open_actions()
        window.choose_action("docstring")
        window.until(lambda: "No safe edit found" in " ".join(window.notices), "the reason")
        assert window.text == CODE


def test_what_a_model_wrote_is_shown_as_a_diff(vscode: OpenWindow, file: Path, sglang: FakeSGLang):
    file.write_text(CODE, encoding="utf-8")
    sglang.script = ['```python\n"""Return the area."""\n```']

    with vscode(file, sglang.url, LONELY, ready="off") as window:
        window.focus()
        window.keys("Control+Home", "ArrowRight")
        window.open_actions()
        window.choose_action("docstring")
        diff = window.page.locator(".monaco-diff-editor")
        diff.wait_for()
        added = window.page.locator(".monaco-diff-editor .line-insert")
        window.until(lambda: added.count(), "what is new")
        assert "docstring" in window.page.locator(".tab.active").inner_text().lower()
        assert window.text == CODE  # nothing has changed yet
        if SCREENSHOTS:
            window.save_picture(SCREENSHOTS / "diff.png")
        window.decide("Discard")
        window.page.wait_for_timeout(500)
        assert window.text == CODE


def test_to_close_the_diff_is_to_discard_it(vscode: OpenWindow, file: Path, sglang: FakeSGLang):
    file.write_text(CODE, encoding="utf-8")
    sglang.script = ['```python\n"""Return the area."""\n```']

    with vscode(file, sglang.url, LONELY, ready="off") as window:
        window.focus()
        window.keys("Control+Home", "ArrowRight")
        window.open_actions()
        window.choose_action("docstring")
        diff = window.page.locator(".monaco-diff-editor")
        diff.wait_for()
        window.page.locator(".tab.active .tab-actions .action-label").click()
        diff.wait_for(state="detached")  # to close it is to discard it
        assert window.text == CODE


def test_what_takes_long_can_be_cancelled(vscode: OpenWindow, file: Path, sglang: FakeSGLang):
    file.write_text(CODE, encoding="utf-8")
    sglang.script = [Hold(), "x"]

    with vscode(file, sglang.url, LONELY, ready="off") as window:
        window.focus()
        window.keys("Control+Home", "ArrowRight")
        window.open_actions()
        window.choose_action("docstring")
        button = window.page.get_by_role("button", name="Cancel", exact=True)
        button.wait_for()
        button.click()
        assert sglang.wait_aborted()
        window.page.wait_for_timeout(500)
        assert window.notices == []
        assert window.text == CODE


def test_lines_are_rewritten_after_a_preview(vscode: OpenWindow, file: Path, sglang: FakeSGLang):
    file.write_text(CODE, encoding="utf-8")
    sglang.script = ["    size = a * b * 2  # 😀"]

    with vscode(file, sglang.url, LONELY, ready="off") as window:
        window.focus()
        window.keys("Control+Home", "ArrowDown")
        window.command("fimls: Rewrite with an Instruction")
        window.fill("double it")
        window.apply()
        window.until(lambda: window.text == CODE.replace("a * b", "a * b * 2"), "the new line")
