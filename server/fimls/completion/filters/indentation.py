"""Lines are indented as the rest of the file is: tabs stay tabs, blanks stay blanks."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

from fimls.completion.filters.bracket_balance import Balance
from fimls.completion.filters.bracket_reader import read
from fimls.completion.filters.filter_input import Suggestion
from fimls.completion.filters.indent_style import BY_TABS, IndentStyle, indent_style
from fimls.completion.filters.line_similarity import indent_of
from fimls.completion.surroundings import Surroundings
from fimls.syntax import PROSE

_WIDTHS = (4, 2, 8, 3)
"""Blanks that a model may mean by one level, the likeliest first."""

_OPENERS = ("{", ":", "(", "[", "do", "then", "else", "=>", "->", "=")


def indentation(suggestion: Suggestion, around: Surroundings) -> Suggestion:
    """Write the indentation in the file's own style; lines inside of strings stay as they are."""
    lines = suggestion.text.split("\n")
    indents = [indent_of(line) for line in lines]
    if around.language_id in PROSE or not any(indents):
        return suggestion
    style = indent_style(around)
    if style is None:
        return suggestion
    first = 1 if around.before.strip() else 0
    inner = "".join(indents[first:])
    if style.tabs and " " in inner:
        made = _to_tabs(indents, around, first)
    elif not style.tabs and "\t" in inner:
        if "\t" in around.before or around.language_id in BY_TABS:
            return suggestion
        made = [indent.replace("\t", style.unit) for indent in indents]
    elif not style.tabs and inner:
        made = _to_width(lines, indents, around, style)
    else:
        return suggestion
    free = _outside_strings(lines, around)
    new = [
        after + line[len(before) :] if number >= first and free[number] and line.strip() else line
        for number, (line, before, after) in enumerate(zip(lines, indents, made, strict=True))
    ]
    return replace(suggestion, text="\n".join(new))


def _to_tabs(indents: list[str], around: Surroundings, first: int) -> list[str]:
    """Return indents whose leading blanks are tabs, as far as they make whole levels."""
    widths = [len(indent) for indent in indents[first:] if indent and not indent.strip(" ")]
    level = indent_of(around.before).count("\t")
    # The width is the one by which the first such line stands next to the cursor's level.
    fits = [width for width in _WIDTHS if all(blanks % width < 2 for blanks in widths)]
    near = [width for width in fits if widths and 0 <= widths[0] // width - level <= 1]
    width = (near or fits or [0])[0]
    if not width or (first == 0 and around.before and indents[0]):
        return indents
    return [_tabs(indent, width) for indent in indents]


def _tabs(indent: str, width: int) -> str:
    if indent.strip(" "):
        return indent  # tabs, and perhaps blanks that align what follows
    levels, left = divmod(len(indent), width)
    return "\t" * levels + " " * left


def _to_width(
    lines: list[str], indents: list[str], around: Surroundings, style: IndentStyle
) -> list[str]:
    """Return indents with the file's step, where a block's first line shows another one."""
    base = len(indent_of(around.before + lines[0]))
    opening = (around.before + lines[0]).rstrip()
    steps = [
        len(indent) - base for line, indent in zip(lines[1:], indents[1:], strict=True) if line
    ]
    if not steps or not opening.endswith(_OPENERS[:2]) or "\t" in around.before:
        return indents
    step = steps[0]
    if step == style.width or step not in _WIDTHS:
        return indents
    if any(other < 0 or other % step for other in steps):
        return indents
    deeper = [" " * (base + other // step * style.width) for other in steps]
    found = iter(deeper)
    return indents[:1] + [next(found) if line else "" for line in lines[1:]]


def _outside_strings(lines: list[str], around: Surroundings) -> list[bool]:
    """Return for each line whether it begins outside of strings and comments."""
    balance = Balance(around)
    readings = accumulate(
        lines[:-1],
        lambda reading, line: read(line + "\n", balance.marks, reading),
        initial=balance.start,
    )
    return [not reading.inside for reading in readings]
