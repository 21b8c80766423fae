"""Comments that a model adds behind code, in files that have none there.

Small models explain what they write. Nobody asked for it, it makes a suggestion longer than the
line it completes, and it has to be deleted.
"""

from __future__ import annotations

from fimls.completion.surroundings import Surroundings

_LANGUAGES = frozenset(
    [
        "coffeescript",
        "dockerfile",
        "elixir",
        "julia",
        "makefile",
        "perl",
        "perl6",
        "python",
        "r",
        "ruby",
        "shellscript",
        "toml",
        "yaml",
    ]
)
"""Where ``#`` begins a comment; ``//`` is left alone everywhere: too much else is written so."""

_NEAR = 60
"""Lines on each side of the cursor that show how the file is written."""

_DOCSTRINGS = ('"""', "'''")


def without_trailing_comments(text: str, around: Surroundings) -> str:
    """Return the text without comments that follow code on its lines.

    It stays as it is if a line nearby has such a comment, or if the cursor may be in a string of
    several lines.
    """
    if around.language_id not in _LANGUAGES or "#" not in text:
        return text
    if any(sum(line.count(mark) for line in around.above) % 2 for mark in _DOCSTRINGS):
        return text
    near = (*around.above[-_NEAR:], *around.below[:_NEAR])
    if any(_comment(line) is not None for line in near):
        return text
    lines = text.split("\n")
    kept: list[str] = []
    for number, line in enumerate(lines):
        if any(mark in line for mark in _DOCSTRINGS):
            return "\n".join([*kept, *lines[number:]])
        before = "" if number else around.before
        start = _comment(before + line)
        # One that was begun before the cursor is what the user writes.
        behind = start is not None and start >= len(before)
        kept.append(line[: start - len(before)].rstrip() if behind and start else line)
    return "\n".join(kept)


def _comment(line: str) -> int | None:
    """Return where a comment behind code begins, or None."""
    quote = ""
    number = 0
    while number < len(line):
        char = line[number]
        if char == "\\":
            number += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "\"'`":
            quote = char
        elif _begins_comment(line, number):
            return number
        number += 1
    return None


def _begins_comment(line: str, at: int) -> bool:
    """Whether a mark stands behind code and a blank, and is not Ruby's ``#{...}``."""
    mark = line[at] == "#" and line[at + 1 : at + 2] != "{"
    return mark and line[at - 1 : at].isspace() and bool(line[:at].strip())
