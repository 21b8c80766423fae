"""The extension in a real VS Code, with the real server over a scripted engine."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer

from support.fake_sglang import FakeSGLang, Hold
from support.recorded_sessions import RecordedSessions
from support.vscode import CodeServer, Window

from .conftest import OpenWindow

pytestmark = pytest.mark.editor


def test_a_completion_is_shown_and_accepted(
    vscode: OpenWindow, file: Path, sglang: FakeSGLang, recorded_sessions: RecordedSessions
):
    file.write_text("def add(first, second):\n    \n", encoding="utf-8")
    sglang.script = ["first", " + ", "second"]

    with vscode(file, sglang.url) as window:
        window.focus()
        window.keys("Control+Home", "ArrowDown", "End")
        window.type("return ")
        assert window.until(lambda: window.ghost, "ghost text") == "first + second"
        window.keys("Control+ArrowRight")
        assert window.until(lambda: "first\n" in window.text, "the word")
        assert window.until(lambda: window.ghost, "the rest of it").strip() == "+ second"
        window.keys("Tab")
        window.until(lambda: "first + second\n" in window.text, "the text")
        window.keys("Control+z", "Control+z")
        window.until(lambda: "return \n" in window.text, "it is undone")
        recorded_sessions.check()
        assert recorded_sessions.messages  # or nothing is held against the contract


def test_several_lines(vscode: OpenWindow, file: Path, sglang: FakeSGLang):
    file.write_text("", encoding="utf-8")
    sglang.script = ["\n    if x:", "\n        return 1"]

    with vscode(file, sglang.url) as window:
        window.focus()
        window.type("def f(x):")
        shown = "\n    if x:\n        return 1"
        window.until(lambda: window.ghost == shown, "ghost text")
        window.keys("Tab")
        window.until(lambda: window.text == "def f(x):" + shown, "the text")


def test_a_line_is_accepted(vscode: OpenWindow, file: Path, sglang: FakeSGLang):
    file.write_text("", encoding="utf-8")
    sglang.script = ["1", "\ny = 2"]

    with vscode(file, sglang.url, {**PLAIN, "fimls.completion.reuse": True}) as window:
        window.focus()
        window.type("x = ")
        window.until(lambda: window.ghost == "1\ny = 2", "ghost text")
        window.keys("Control+Alt+ArrowRight")
        window.until(lambda: window.text == "x = 1\n", "the line")
        window.until(lambda: window.ghost == "y = 2", "the rest of it")
        window.keys("Tab")
        window.until(lambda: window.text == "x = 1\ny = 2", "the text")


def test_characters_are_not_confused(vscode: OpenWindow, file: Path, sglang: FakeSGLang):
    file.write_text("# 😀 é\ns = '😀é'; t = ()  # 中\n", encoding="utf-8")
    sglang.script = ["né😀'"]

    with vscode(file, sglang.url, settings=PLAIN) as window:
        window.focus()
        window.keys("Control+Home", "ArrowDown", "Home")
        window.keys(*["ArrowRight"] * len("s = '😀é'; t = ("))
        window.type("'")
        window.until(lambda: window.ghost == "né😀'", "ghost text")
        window.keys("Tab")
        window.until(lambda: "né" in window.text, "the text")
        assert window.text == "# 😀 é\ns = '😀é'; t = ('né😀')  # 中\n"


def test_the_status_bar_says_how_things_are(
    vscode: OpenWindow, file: Path, sglang: FakeSGLang, code_server: CodeServer
):
    file.write_text("", encoding="utf-8")
    sglang.script = [Hold(), "value"]

    with vscode(file, sglang.url, settings=PLAIN) as window:
        window.focus()
        window.type("x = ")
        window.until(lambda: window.state == "thinking", "thinking")
        window.until(lambda: window.state == "slow", "slow")
        for _ in range(8):
            sglang.release()
        window.until(lambda: window.ghost == "value", "ghost text")
        assert window.state == "ready"

        window.command("fimls: Switch Suggestions On or Off for This File")
        window.until(lambda: window.state == "off", "off for the file")
        asked = len(sglang.requests)
        window.focus()
        window.type("y")
        window.page.wait_for_timeout(500)
        assert len(sglang.requests) == asked
        window.command("fimls: Switch Suggestions On or Off for This File")
        window.until(lambda: window.state == "ready", "on again")
        window.command("fimls: Switch Suggestions On or Off for This Language")
        window.until(lambda: window.state == "off", "off for Python")
        assert '"python"' in code_server.settings.read_text(encoding="utf-8")
        window.command("fimls: Switch Suggestions On or Off for This Language")
        window.until(lambda: window.state == "ready", "on again")
        window.command("fimls: Switch Suggestions On or Off")
        window.until(lambda: window.state == "off", "off")


def test_settings_change_live(
    vscode: OpenWindow,
    file: Path,
    sglang: FakeSGLang,
    tokenizer_folder: Path,
    code_server: CodeServer,
):
    file.write_text("", encoding="utf-8")
    sglang.script = ["one", "\ntwo", "\nthree"]

    with (
        FakeSGLang(script=["other"], model_path=str(tokenizer_folder)) as other,
        vscode(file, sglang.url, settings=PLAIN) as window,
    ):
        window.focus()
        window.type("x = ")
        window.until(lambda: window.ghost == "one\ntwo\nthree", "ghost text")
        with window.setting("fimls.completion.maxLines") as entry:
            entry.locator("input").fill("1")
            window.until(lambda: "is-configured" in entry.get_attribute("class"), "it is set")
        window.focus()
        window.until(lambda: ghost_after_a_key(window) == "one", "a single line")
        with window.setting("fimls.completion.maxLines") as entry:
            window.until(lambda: is_reset(window, entry), "it is reset")
        window.focus()
        window.until(lambda: ghost_after_a_key(window) == "one\ntwo\nthree", "all lines again")
        with window.setting("fimls.engine.url", "Remote") as entry:
            entry.locator("input").fill(other.url)
            saved = code_server.machine_settings.read_text
            window.until(lambda: other.url in saved("utf-8"), "it is saved")
        window.focus()
        window.until(lambda: ghost_after_a_key(window) == "other", "the other engine's")


def is_reset(window: Window, entry: Any) -> bool:
    """Choose *Reset Setting* of an entry's menu; the menu closes where the list is drawn anew."""
    entry.hover()
    entry.locator(".setting-toolbar-container .action-label").click()
    with suppress(Exception):  # its own kind of timeout
        window.page.get_by_role("menuitem", name="Reset Setting").click(timeout=5_000)
    return "is-configured" not in entry.get_attribute("class")


def test_the_settings_editor_knows_ranges_and_choices(
    vscode: OpenWindow, file: Path, sglang: FakeSGLang
):
    file.write_text("", encoding="utf-8")

    with vscode(file, sglang.url, settings=PLAIN) as window:
        with window.setting("fimls.completion.maxLines") as entry:
            wrong = entry.locator(".ibwrapper")
            entry.locator("input").fill("0")
            window.until(lambda: "or equal to 1." in str(wrong.get_attribute("aria-label")), "1")
            entry.locator("input").fill("1001")
            window.until(lambda: "equal to 1000" in str(wrong.get_attribute("aria-label")), "1000")
            entry.locator("input").fill("8")
        with window.setting("fimls.completion.lines") as entry:
            choices = entry.locator("option").all_inner_texts()
            assert choices == ["single", "auto", "multi"]
        with window.setting("fimls.prompt.warmUp") as entry:
            assert entry.locator('[role="checkbox"]').count() == 1


def test_a_cell_of_a_notebook_is_completed_with_the_cells_above_it(
    vscode: OpenWindow, file: Path, sglang: FakeSGLang, tokenizer_folder: Path
):
    file.write_text("", encoding="utf-8")
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**cell, "id": "a", "source": ["rate = 3"]}, {**cell, "id": "b", "source": []}]
    about = {"metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}
    notebook = file.with_name("b.ipynb")
    notebook.write_text(json.dumps({**about, "cells": cells}), encoding="utf-8")
    sglang.script = ["rate"]

    with vscode(file, sglang.url, settings=PLAIN) as window:
        window.open_from_explorer(notebook.name)
        cell = window.cell(1)
        cell.focus()
        cell.type("z = ")
        cell.until(lambda: cell.ghost == "rate", "ghost text")
        tokenizer = Tokenizer.from_file(str(tokenizer_folder / "tokenizer.json"))
        assert "rate = 3" in tokenizer.decode(sglang.requests[-1]["input_ids"])
        cell.keys("Tab")
        cell.until(lambda: cell.shown == "z = rate", "the text")


def test_what_is_sent_is_shown_on_request(vscode: OpenWindow, file: Path, sglang: FakeSGLang):
    file.write_text("# größe 😀\nx = 1\n", encoding="utf-8")

    with vscode(file, sglang.url) as window:
        window.focus()
        window.command("fimls: Show What Is Sent")
        shown = window.page.locator('.monaco-editor[data-uri^="fimls-prompt"] .view-lines')
        shown.wait_for()
        window.until(lambda: "<｜fim▁begin｜>" in shown.inner_text(), "the prompt")
        assert "größe" in shown.inner_text()
        window.type("x")
        window.page.wait_for_timeout(500)
        assert not window.page.locator(".tab.dirty").count()  # nobody is asked to save it
        assert sglang.requests == []


def test_what_is_sent_is_not_sent_itself(vscode: OpenWindow, file: Path, sglang: FakeSGLang):
    file.write_text("x = 1\n", encoding="utf-8")

    with vscode(file, sglang.url, {"fimls.prompt.warmUp": True}) as window:
        window.focus()
        window.until(lambda: sglang.requests, "it reads ahead for the file")
        window.command("fimls: Show What Is Sent")
        shown = window.page.locator('.monaco-editor[data-uri^="fimls-prompt"] .view-lines')
        shown.wait_for()
        before = len(sglang.requests)
        shown.click()
        window.page.wait_for_timeout(1500)
        assert len(sglang.requests) == before


def test_a_file_that_is_excluded_is_said_to_be(vscode: OpenWindow, file: Path, sglang: FakeSGLang):
    file = file.with_name(".env")
    file.write_text("KEY=\n", encoding="utf-8")
    sglang.script = ["value"]

    with vscode(file, sglang.url, PLAIN, ready=None) as window:
        window.focus()
        window.type("x")
        window.until(lambda: window.state == "not here", "it is said")
        assert "fimls.completion.excludeFiles" in window.why
        window.command("fimls: Show What Is Sent")
        window.until(lambda: "fimls.completion.excludeFiles" in "".join(window.notices), "a notice")
        assert sglang.requests == []


PLAIN = {"editor.autoClosingQuotes": "never", "editor.quickSuggestions": "off"}
"""Settings of an editor that inserts and shows nothing of its own."""


def ghost_after_a_key(window: Window) -> str | None:
    window.keys("Space")
    window.page.wait_for_timeout(500)
    return window.ghost
