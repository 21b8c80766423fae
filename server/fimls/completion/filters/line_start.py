"""On a line that the editor has already indented, a suggestion does not indent once more."""

from __future__ import annotations

from dataclasses import replace

from fimls.completion.filters.bracket_balance import Balance
from fimls.completion.filters.filter_input import Suggestion
from fimls.completion.filters.indent_style import indent_style
from fimls.completion.filters.line_similarity import indent_of, last_lines, next_lines
from fimls.completion.surroundings import Surroundings
from fimls.syntax import PROSE

_FREE = PROSE | {"yaml", "haskell", "elm", "fsharp"}
"""Languages whose columns mean more than a level, or nothing."""

_CONTINUES = tuple("\\,=+-*/.&|?<>")
"""What a line ends or begins with when it is one with the next or the last one."""

MOST_LINES = 40
"""Lines above the cursor whose levels are known."""


def line_start(suggestion: Suggestion, around: Surroundings) -> Suggestion:
    """Take away blanks at the start that bring the line to a column where no line stands."""
    text = suggestion.text
    extra = indent_of(text.partition("\n")[0])
    blank = around.before and not (around.before + around.after).strip()
    if not extra or not blank or around.language_id in _FREE:
        return suggestion
    above = last_lines(around, MOST_LINES)
    if not above or above[-1].rstrip().endswith(_CONTINUES) or text.lstrip().startswith(_CONTINUES):
        return suggestion
    levels = _levels(around, above)
    if around.before not in levels or around.before + extra in levels:
        return suggestion
    reading = Balance(around).start
    if reading.inside or (reading.opened and reading.opened[-1] in "(["):
        return suggestion
    return replace(suggestion, text=text[len(extra) :])


def _levels(around: Surroundings, above: list[str]) -> set[str]:
    """Return the indentations that a line here may have."""
    last = above[-1]
    levels = {""}
    narrowest = indent_of(last)
    for line in reversed(above):
        indent = indent_of(line)
        if len(indent) <= len(narrowest):
            levels.add(indent)
            narrowest = indent
    levels |= {indent_of(line) for line in next_lines(around, 1)}
    if _may_open(last, around.language_id):
        style = indent_style(around)
        units = [style.unit] if style else ["\t", "  ", "    ", " " * 8]
        # The block may have begun some lines higher: its header spans lines.
        levels |= {level + unit for level in levels for unit in units}
    return levels


def _may_open(line: str, language_id: str) -> bool:
    """Whether the next line may stand one level deeper."""
    if line.rstrip().endswith((":", "{", "(", "[")):
        return True
    # Elsewhere a block may begin without a mark: `if (x)`, `def f(a)`, `local function f()`.
    return language_id != "python" and not line.rstrip().endswith((";", "}"))
