"""What a change replaces, what it puts there, and where in words."""

from __future__ import annotations

import re

from fimls.refactor.change import Change
from fimls.session_memo import remembered
from fimls.syntax import Parsed, parse


def old_part(change: Change) -> str:
    """Return the text that is replaced."""
    return change.before[change.start : change.end]


def new_part(change: Change) -> str:
    """Return the text that is put there."""
    behind = len(change.before) - change.end
    return change.after[change.start : max(len(change.after) - behind, change.start)]


@remembered(8)
def tree(text: str, language: str) -> Parsed | None:
    """Return a text's syntax tree: the checks of one change all ask for the same two."""
    return parse(text, language)


def line_at(text: str, offset: int) -> str:
    """Return a line as one tells of it: its number and what stands there."""
    number = len(LINE_END.findall(text, 0, offset)) + 1
    return f"line {number} (`{shortened(LINE_END.split(text)[number - 1])}`)"


def shortened(text: str, length: int = 60) -> str:
    """Return a text on one line, and no longer than that."""
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[: length - 1]}…"


LINE_END = re.compile(r"\r\n|\r|\n")
