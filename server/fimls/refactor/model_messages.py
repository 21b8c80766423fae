"""What a model is told: the file, the part of it that is to change, and what to do with it.

The order is by how long things stay as they are: the same text of the system for every question,
then the file, then the part, then the instruction. An engine that has answered one question about a
file reads only what follows the file for the next one, and a repair reads only the complaint.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from posixpath import basename

from fimls.context.cursor_window import Budget, take_window
from fimls.prompt import Message
from fimls.refactor.action import Form, Question, Target
from fimls.refactor.selection import Selection
from fimls.text import path_in

SYSTEM = (
    "You edit source code. You are shown a file and a part of it, and told what to do with the"
    " part. You answer with what is asked for and nothing else: no remarks, no explanation of what"
    " you did."
)

ANSWER_WITH: dict[Form, str] = {
    "replacement": "Answer with the whole new text of the part, in one fenced code block.",
    "blocks": (
        "Answer with search/replace blocks, each of this shape:\n"
        "<<<<<<< SEARCH\n"
        "lines of the part, exactly as they are\n"
        "=======\n"
        "what is to stand there instead\n"
        ">>>>>>> REPLACE\n"
        "The searched lines must occur in the part exactly once."
    ),
    "name": "Answer with one identifier.",
    "docstring": "Answer with the text of the docstring alone, without quotation marks.",
    "prose": "Answer in Markdown.",
    "file": "Answer with the whole text of the new file, in one fenced code block.",
}
"""What an answer is to look like, by its form; `fimls.refactor.answer_parsing.answer` reads it."""


def repair(reason: str) -> Message:
    """Return what a model is told of an answer that cannot be used."""
    return Message(
        "user", f"That cannot be used. {reason} Answer once more in the same form, with that right."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """What the model reads of a file.

    Attributes:
        text: whole lines, unless the part's own are longer than all that may be read.
        first: number of its first line, from 1.
        whole: whether it is all of the file.
    """

    text: str
    first: int
    whole: bool


def excerpt(
    selection: Selection, target: Target, room: int, count: Callable[[str], int]
) -> Excerpt:
    """Return the file, or as much of it around the target as fits `room` tokens.

    It begins and ends at coarse steps of lines, so that it stays the same for the targets nearby.
    """
    # No tokenizer makes fewer tokens than one for 16 characters of code, and counting a large file
    # takes long.
    if len(selection.text) <= 16 * room and count(selection.text) <= room:
        return Excerpt(text=selection.text, first=1, whole=True)
    inner = count(selection.text[target.start : target.end])
    around = max(room - inner, 0)
    budget = Budget(prefix_tokens=around // 2, suffix_tokens=inner + around - around // 2)
    text = selection.document.text
    cursor = text.point_at(target.start)
    window = take_window(text, cursor, budget, count)
    return Excerpt(text=window.prefix + window.suffix, first=window.first + 1, whole=False)


def conversation(
    selection: Selection, target: Target, question: Question, shown: Excerpt
) -> list[Message]:
    """Return what is asked."""
    name = basename(path_in(selection.document.uri)) or "file"
    start = line_start(selection.text, target.start)
    first = selection.document.text.point_at(target.start).line + 1
    last = selection.document.text.point_at(target.end).line + 1
    where = "" if shown.whole else f", from line {shown.first} on"
    parts = (
        f"The file {name}{where}:",
        _fenced(shown.text, selection.language),
        f"The part, {f'line {first}' if first == last else f'lines {first} to {last}'}:",
        _fenced(selection.text[start : target.end], selection.language),
        question.instruction,
        ANSWER_WITH[question.form],
    )
    return [Message("system", SYSTEM), Message("user", "\n\n".join(parts))]


def line_start(text: str, offset: int) -> int:
    """Return where the line begins, if only blanks stand between that and the offset."""
    start = offset
    while start and text[start - 1] in " \t":
        start -= 1
    return start if not start or text[start - 1] in "\r\n" else offset


def _fenced(text: str, language: str) -> str:
    """Return a fenced block; the fence is longer than any run of backticks in the text."""
    text = re.sub(r"\r\n?", "\n", text)
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}{'' if text.endswith(chr(10)) else chr(10)}{fence}"
