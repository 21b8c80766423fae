"""Traces of the prompt that models put into code: special tokens, the instruction, entities."""

from __future__ import annotations

import re

from fimls.refactor.action import Form
from fimls.refactor.selection import Selection


def without_end_marks(text: str) -> str:
    """Return a text without the special tokens that it ends with: what precedes them is whole."""
    text = _THOUGHTS.sub("", text)
    while (end := _TOKEN.search(text)) and not text[end.end() :].strip():
        text = text[: end.start()]
    return text


def leak(text: str, selection: Selection, instruction: str, form: Form) -> str | None:
    """Return what is in a text that cannot be meant, as a sentence, or None.

    What the file has itself is always meant.

    Args:
        text: the answer, free of fences.
        selection: what was asked about.
        instruction: what the model was told.
        form: what it was to answer with.
    """
    for token in _TOKEN.findall(text):
        if token not in selection.text:
            return f"The answer has the special token `{token}` in it."
    if form in ("docstring", "prose"):
        return None
    for sentence in re.split(r"(?<=[.:])\s+", instruction):
        if len(sentence) >= _SENTENCE and sentence in text and sentence not in selection.text:
            return "The answer repeats the instruction."
    for entity in _ENTITY.findall(text):
        if entity not in selection.text and selection.language not in _MARKUP:
            return f"The answer has `{entity}` in it instead of the character."
    return None


_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>\s*", re.DOTALL)
_TOKEN = re.compile(
    r"<｜[^｜<>\n]{1,40}｜>|<\|[a-zA-Z_]{2,30}\|>|</?s>|<(?:fim|file|repo)_\w+>|\[/?INST\]|<</?SYS>>"
    r"|<(?:start|end)_of_turn>"
)
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|nbsp|#\d{2,4}|#x[0-9a-fA-F]{2,4});")
_MARKUP = frozenset(
    ("html", "xml", "vue", "svelte", "php", "javascriptreact", "typescriptreact", "markdown")
)
_SENTENCE = 30
