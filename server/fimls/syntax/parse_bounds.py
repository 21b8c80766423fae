"""How much of a text is read as code, and the sentence for what is not.

A parser takes memory and time for what a text means, not for what it measures: ten kilobytes of
``a<a<a<`` are 350 MB and two seconds in Java, a list in a list 500 deep ends the process in YAML.
Whoever has a tree made has these bounds; the completions of a document without one go on by its
marks alone, and code actions say the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fimls.syntax.word_sets import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What a tree may cost.

    Attributes:
        characters: of the text. Trees are 40 to 300 times as large.
        steps: hundreds of operations of the parser. They bound its memory too.
        seconds: processor time. Some grammars take long for a step.
    """

    characters: int
    steps: int
    seconds: float


MUCH = Effort(characters=512 * 1_024, steps=8_000, seconds=2.0)
"""For a document, in a thread: a bundle of 6,000 lines takes half of that and 0.2 s."""

LITTLE = Effort(characters=32 * 1_024, steps=600, seconds=0.03)
"""For the lines around a cursor, while an event loop waits: they are 8,000 characters and 3 ms."""

MOST_LINES = 20_000
"""Of a text."""

LONGEST_LINE = 10_000
"""Characters of a line. Nobody writes longer ones, and each is one enormous node."""

DEEPEST = 200
"""Brackets inside one another, and blanks at a line's beginning divided by two."""

MOST_ANGLES = 48
"""Angle brackets open at once: each may be a comparison or a type, and both are kept in mind."""

_TELLING = re.compile(r"(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<angle>\w<(?=[\w<(:?&*]))|[>;]")
_DEEPEST_YAML = 100
"""Columns inside one another, each of which may begin two levels: a list, and the key that it is
of. The grammar writes from the 253rd level on over what else it holds, and the process ends."""

_ENTRY = re.compile(r"^[ \t]*(?=[^ \t\r\n])|(?<![^ \t\r\n])(?=[-?:][ \t\r\n])", re.MULTILINE)
"""What may begin a level of YAML: the first character of a line, or a mark between blanks."""

_INDENTED = re.compile(rf"^[ \t]{{{2 * DEEPEST}}}[ \t]*+\S", re.MULTILINE)

TOO_MUCH_WORK = "it takes too long to read as code"
"""Said of a text that is within all bounds, and too much for the parser all the same."""

_ANGLED = frozenset(
    words(
        """
        c cpp csharp cuda-cpp dart go java javascript javascriptreact kotlin php rust scala swift
        typescript typescriptreact
        """
    )
)


def why_unread(text: str, language_id: str, effort: Effort = MUCH) -> str | None:
    """Return why a text is not read as code, as the end of a sentence about it, or None."""
    if len(text) > effort.characters:
        return f"it is longer than {effort.characters:,} characters"
    if text.count("\n") + text.count("\r") > MOST_LINES:
        return f"it has more than {MOST_LINES:,} lines"
    if any(len(line) > LONGEST_LINE for line in text.replace("\r", "\n").split("\n")):
        return f"it has a line of more than {LONGEST_LINE:,} characters"
    if language_id == "yaml" and _too_deep_yaml(text.replace("\r", "\n")):
        return f"something in it is more than {_DEEPEST_YAML} deep in brackets or blocks"
    if _too_deep(text, language_id):
        return f"something in it is more than {DEEPEST} deep in brackets or blocks"
    return None


def _too_deep(text: str, language_id: str) -> bool:
    if _INDENTED.search(text):
        return True
    return _too_many_brackets(text, angled=language_id in _ANGLED)


def _too_deep_yaml(text: str) -> bool:
    """Whether too many columns are inside one another; in strings and comments too."""
    columns = list[int]()
    for match in _ENTRY.finditer(text):
        column = match.end() - (text.rfind("\n", 0, match.end()) + 1)
        while columns and columns[-1] >= column:
            columns.pop()
        columns.append(column)
        if len(columns) > _DEEPEST_YAML:
            return True
    return False


def _too_many_brackets(text: str, *, angled: bool) -> bool:
    """Whether brackets are too deep, in strings and comments too: this is no parser."""
    counts: Mapping[str, int] = {mark: text.count(mark) for mark in "([{<"}
    if counts["("] + counts["["] + counts["{"] <= DEEPEST and counts["<"] <= MOST_ANGLES:
        return False
    depth = angles = 0
    for match in _TELLING.finditer(text):
        kind = match.lastgroup
        if kind == "open":
            depth += 1
            if depth > DEEPEST:
                return True
        elif kind == "close":
            depth = max(0, depth - 1)
        elif kind == "angle":
            angles += angled
            if angles > MOST_ANGLES:
                return True
        elif match.group() == ";":
            angles = 0
        else:
            angles = max(0, angles - 1)
    return False
