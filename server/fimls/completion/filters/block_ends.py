"""A suggestion does not close what the next line closes."""

from __future__ import annotations

import re

from fimls.completion.filters.bracket_balance import Balance
from fimls.completion.filters.bracket_reader import read
from fimls.completion.filters.filter_input import Suggestion
from fimls.completion.filters.line_similarity import indent_of, next_lines
from fimls.completion.surroundings import Surroundings

_CLOSES = re.compile(r"\s*(?:[)\]}]+[;,]?|end\b[;,)]*|fi|done|esac|</[\w:.-]+>|\*/)\s*")
_WORD_CLOSES = re.compile(r"\s*(?:end\b[;,)]*|fi|done|esac|</[\w:.-]+>)\s*")
_BRACKETS_AT_END = re.compile(r"[)\]}][;,\s]*$")

MOST_LINES = 5
"""Closing lines that are compared."""


def block_ends(suggestion: Suggestion, around: Surroundings) -> Suggestion:
    """Cut before a closing line, or closing brackets at the end, that the next line has again."""
    below = next_lines(around, 1)
    if around.after.strip() or not below or not _CLOSES.fullmatch(below[0]):
        return suggestion
    return _without_closing_line(suggestion, around, below[0])


def _without_closing_line(suggestion: Suggestion, around: Surroundings, below: str) -> Suggestion:
    if words := _closing_words(suggestion, around):
        shorter = suggestion.keep_lines(suggestion.text.rstrip().count("\n") + 1 - words)
        balance = Balance(around)
        return shorter if balance.faults(shorter) <= balance.faults(suggestion) else suggestion
    if not any(map(_BRACKETS_AT_END.search, suggestion.text.split("\n"))):
        return suggestion
    balance = Balance(around)
    leaves = set(balance.within(suggestion.text).leaves)
    faults = balance.faults(suggestion)
    start = 0
    for number, line in enumerate(suggestion.text.split("\n")):
        closer = start + len(indent_of(line))
        # Blocks that are not indented, like namespaces, may well end line after line.
        may_go = closer in leaves or indent_of(line)
        if number and may_go and _is_line(line, below):
            shorter = suggestion.keep_lines(number)
            if balance.faults(shorter) < faults:
                return shorter
        start += len(line) + 1
    return _without_brackets(suggestion, around, balance) if leaves else suggestion


def _closing_words(suggestion: Suggestion, around: Surroundings) -> int:
    """Return how many lines at the end are those below, and close blocks of words.

    Two such lines in one column, with none between that is indented as much, cannot both close
    something.
    """
    lines = (around.before + suggestion.text.rstrip()).split("\n")
    for count in range(min(MOST_LINES, len(lines) - 1), 0, -1):
        last = lines[-count:]
        if last == next_lines(around, count) and all(map(_WORD_CLOSES.fullmatch, last)):
            return count
    return 0


def _is_line(line: str, other: str) -> bool:
    return line.strip() == other.strip() and indent_of(line) == indent_of(other)


def _without_brackets(suggestion: Suggestion, around: Surroundings, balance: Balance) -> Suggestion:
    """Take brackets away from the end as long as everything matches better without them."""
    faults = balance.faults(suggestion)
    shorter = suggestion
    while found := _BRACKETS_AT_END.search(shorter.text):
        line = (around.before + shorter.text[: found.end()]).rpartition("\n")[2].rstrip(";, \t")
        if not line.strip(")]} \t") or len(line) - 1 not in read(line, balance.marks).leaves:
            break  # it closes what its own line has opened, or stands where a block ends
        shorter = shorter.cut(found.start())
        if (fewer := balance.faults(shorter)) < faults:
            suggestion, faults = shorter, fewer
    return suggestion
