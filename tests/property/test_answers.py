"""Reading answers: a part that a model only copies comes back as it was, however it is wrapped."""

from __future__ import annotations

import re
import textwrap
from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from fimls.refactor import Question, Refusal, Selection, Target
from fimls.refactor.action import Form
from fimls.refactor.answer_parsing.answer import read_answer
from fimls.syntax import parse
from fimls.syntax.definitions import definitions
from fimls.text import Document, Text

SAMPLES = sorted((Path(__file__).parents[1] / "data" / "filters" / "samples").iterdir())
LANGUAGES = {
    ".c": "c",
    ".cpp": "cpp",
    ".go": "go",
    ".java": "java",
    ".py": "python",
    ".rb": "ruby",
    ".rs": "rust",
    ".ts": "typescript",
}
FORMS: list[Form] = ["replacement", "blocks", "name", "docstring", "prose", "file"]


def selection(text: str, start: int, end: int, language: str) -> Selection:
    document = Document(uri="file:///a", language_id=language, version=1, text=Text.parse(text))
    parsed = parse(text, language)
    return Selection(document=document, text=text, start=start, end=end, parsed=parsed)


@cache
def parts() -> list[tuple[str, int, int, str]]:
    """Return the definitions of several lines in the samples."""
    found = list[tuple[str, int, int, str]]()
    for file in SAMPLES:
        language = LANGUAGES.get(file.suffix)
        text = file.read_text(encoding="utf-8")
        parsed = parse(text, language) if language else None
        for each in definitions(parsed) if parsed and language else ():
            part = text[each.start : each.end].rstrip()
            line = text[text.rfind("\n", 0, each.start) + 1 : each.start]
            if "\n" in part and not line.strip():
                found.append((text, each.start, each.start + len(part), language or ""))
    return found


def at_the_border(lines: str) -> str:
    return textwrap.dedent(lines)


def first_at_the_border(lines: str) -> str:
    return lines.lstrip(" \t")


def as_it_stands(lines: str) -> str:
    return lines


def further_in(lines: str) -> str:
    return textwrap.indent(lines, "\t" if re.search(r"^\t", lines, re.MULTILINE) else "    ")


def with_blanks(lines: str) -> str:
    return f"\n\n{lines}\n\n\n"


def with_crlf(lines: str) -> str:
    return lines.replace("\n", "\r\n")


def fenced(lines: str) -> str:
    return f"```\n{lines}\n```"


def in_prose(lines: str) -> str:
    return f"Here it is:\n\n~~~~\n{lines}\n~~~~\n\nIt is *better*: `a`."


def ended(lines: str) -> str:
    return f"{lines}<|im_end|>\n"


places = st.sampled_from([at_the_border, as_it_stands, further_in])
wraps = st.sampled_from([as_it_stands, with_blanks, fenced, in_prose, ended])


@given(st.data(), places, wraps, st.booleans(), st.booleans())
def test_a_copy_comes_back_as_it_was(data: st.DataObject, place, wrap, crlf: bool, windows: bool):
    text, start, end, language = data.draw(st.sampled_from(parts()))
    lines = text[text.rfind("\n", 0, start) + 1 : end]
    answer = wrap(place(lines))
    part = text[start:end]
    if windows:
        head, part, tail = (each.replace("\n", "\r\n") for each in (text[:start], part, text[end:]))
        text, start, end = head + part + tail, len(head), len(head) + len(part)
    around = selection(text, start, end, language)
    target = Target(start=start, end=end, title="")
    answer = with_crlf(answer) if crlf else answer
    assert read_answer(answer, around, target, Question(instruction="Copy it.")) == part


@given(st.data(), st.sampled_from([as_it_stands, fenced, in_prose]))
def test_so_does_one_that_only_begins_at_the_border(data: st.DataObject, wrap):
    text, start, end, language = data.draw(st.sampled_from(parts()))
    answer = wrap(first_at_the_border(text[text.rfind("\n", 0, start) + 1 : end]))
    target = Target(start=start, end=end, title="")
    around = selection(text, start, end, language)
    read = read_answer(answer, around, target, Question(instruction="Copy it."))
    assert read == text[start:end]


@given(st.data())
def test_blocks_that_replace_lines_by_themselves_change_nothing(data: st.DataObject):
    text, start, end, language = data.draw(st.sampled_from(parts()))
    lines = text[text.rfind("\n", 0, start) + 1 : end].split("\n")
    first = data.draw(st.integers(0, len(lines) - 1))
    found = "\n".join(lines[first:])
    answer = f"<<<<<<< SEARCH\n{found}\n=======\n{found}\n>>>>>>> REPLACE"
    target = Target(start=start, end=end, title="")
    around = selection(text, start, end, language)
    read = read_answer(answer, around, target, Question(instruction="Copy it.", form="blocks"))
    # A single bracket may be there more than once.
    assert read == text[start:end] or (isinstance(read, Refusal) and len(lines) - first < 4)


PIECES = (
    *(
        "```",
        "```python\n",
        "\n```\n",
        "~~~",
        "<<<<<<< SEARCH\n",
        "\n=======\n",
        ">>>>>>> REPLACE\n",
    ),
    *("def f():\n", "    return 1\n", "\n", "\t", "  ", "`a`", "a", "<think>", "</think>", "\r"),
    *(
        "<|im_end|>",
        "<｜fim▁hole｜>",
        "&lt;",
        "# ...\n",
        "...",
        "@@ -1 +1 @@\n",
        "+a\n",
        "I'm sorry",
    ),
    *("\0", "\ud800", "𝒳", "é"),
)
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=12).map("".join)


@given(
    texts, texts, texts, texts, st.sampled_from(FORMS), st.sampled_from(list(LANGUAGES.values()))
)
def test_nothing_that_a_model_writes_fails(
    answer: str, head: str, part: str, tail: str, form: Form, language: str
):
    start, end = len(head), len(head) + len(part)
    around = selection(head + part + tail, start, end, language)
    target = Target(start=start, end=end, title="")
    read = read_answer(answer, around, target, Question(instruction="Do it.", form=form))
    if isinstance(read, Refusal):
        assert read.reason
        assert "\n" not in read.reason
