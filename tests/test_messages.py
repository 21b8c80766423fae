"""Every message by which fimls says that something is wrong: each says what to do about it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from support.messages import NEEDS_NO_REMEDY, TABLE, Message, messages, table
from support.prose import documents

EDITORS = Path(__file__).parents[1] / "editors"

MESSAGES = [each for each in messages() if not each.passes_on]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda each: f"{each.file}:{each.line}")
def test_a_message_says_what_to_do(message: Message):
    assert message.cause
    assert message.remedy or message.text in NEEDS_NO_REMEDY, message.text


def test_no_exception_is_left_that_no_message_needs():
    without = {each.text for each in MESSAGES if not each.remedy}
    assert set(NEEDS_NO_REMEDY) <= without


def test_the_table_of_messages_is_up_to_date():
    assert TABLE.read_text("utf-8") == table(), "run: PYTHONPATH=tests python -m support.messages"


def test_a_command_of_an_editor_that_a_message_or_a_document_names_is_there():
    texts = [each.text for each in MESSAGES] + [path.read_text("utf-8") for path in documents()]
    text = re.sub(r"\s+", " ", "\n".join(texts))
    manifest = json.loads((EDITORS / "vscode/package.json").read_text("utf-8"))
    titles = {each["title"] for each in manifest["contributes"]["commands"]}
    named = re.findall(r"[“*]fimls: ([A-Z][^”*]+)[”*]", text)
    assert named
    assert set(named) <= titles
    lua = (EDITORS / "nvim/lua/fimls/commands.lua").read_text("utf-8")
    commands = re.findall(r":(Fimls\w+)", text)
    assert commands
    assert set(commands) <= set(re.findall(r'command\("(\w+)"', lua))


def test_the_messages_of_both_plug_ins_are_in_the_table():
    """Each way of saying something is found: none of them may fall out of the collection."""
    said = {each.file.partition("/")[0]: set[str]() for each in MESSAGES}
    for each in MESSAGES:
        said[each.file.partition("/")[0]].add(each.text)
    assert any(
        "is not on your PATH" in each for each in said["nvim"]
    )  # a sentence that is returned
    assert any(each.startswith("This Neovim is too old. → ") for each in said["nvim"])  # health
    assert "there is nothing to cancel." in said["nvim"]
    assert any("Set the Token" in each for each in said["vscode"])  # a status
    assert any("no Python 3.11" in each for each in said["vscode"])  # an error
    assert any(each.startswith("the text has changed since") for each in said["vscode"])
