"""A proposal does not close what the next line closes."""

from __future__ import annotations

import re

from fimls.completion.filters.brackets import Balance
from fimls.completion.filters.likeness import indent_of, next_lines
from fimls.completion.filters.proposal import Proposal
from fimls.completion.filters.reading import read
from fimls.completion.surroundings import Surroundings

_CLOSES = re.compile(r"\s*(?:[)\]}]+[;,]?|end\b[;,)]*|fi|done|esac|</[\w:.-]+>|\*/)\s*")
_WORD_CLOSES = re.compile(r"\s*(?:end\b[;,)]*|fi|done|esac|</[\w:.-]+>)\s*")
_BRACKETS_AT_END = re.compile(r"[)\]}][;,\s]*$")

MOST_LINES = 5
"""Closing lines that are compared."""


def block_ends(proposal: Proposal, around: Surroundings) -> Proposal:
    """Cut before a closing line, or closing brackets at the end, that the next line has again."""
    below = next_lines(around, 1)
    if around.after.strip() or not below or not _CLOSES.fullmatch(below[0]):
        return proposal
    return _without_closing_line(proposal, around, below[0])


def _without_closing_line(proposal: Proposal, around: Surroundings, below: str) -> Proposal:
    if words := _closing_words(proposal, around):
        shorter = proposal.keep_lines(proposal.text.rstrip().count("\n") + 1 - words)
        balance = Balance(around)
        return shorter if balance.faults(shorter) <= balance.faults(proposal) else proposal
    if not any(map(_BRACKETS_AT_END.search, proposal.text.split("\n"))):
        return proposal
    balance = Balance(around)
    leaves = set(balance.within(proposal.text).leaves)
    faults = balance.faults(proposal)
    start = 0
    for number, line in enumerate(proposal.text.split("\n")):
        closer = start + len(indent_of(line))
        # Blocks that are not indented, like namespaces, may well end line after line.
        may_go = closer in leaves or indent_of(line)
        if number and may_go and _is_line(line, below):
            shorter = proposal.keep_lines(number)
            if balance.faults(shorter) < faults:
                return shorter
        start += len(line) + 1
    return _without_brackets(proposal, around, balance) if leaves else proposal


def _closing_words(proposal: Proposal, around: Surroundings) -> int:
    """Return how many lines at the end are those below, and close blocks of words.

    Two such lines in one column, with none between that is indented as much, cannot both close
    something.
    """
    lines = (around.before + proposal.text.rstrip()).split("\n")
    for count in range(min(MOST_LINES, len(lines) - 1), 0, -1):
        last = lines[-count:]
        if last == next_lines(around, count) and all(map(_WORD_CLOSES.fullmatch, last)):
            return count
    return 0


def _is_line(line: str, other: str) -> bool:
    return line.strip() == other.strip() and indent_of(line) == indent_of(other)


def _without_brackets(proposal: Proposal, around: Surroundings, balance: Balance) -> Proposal:
    """Take brackets away from the end as long as everything matches better without them."""
    faults = balance.faults(proposal)
    shorter = proposal
    while found := _BRACKETS_AT_END.search(shorter.text):
        line = (around.before + shorter.text[: found.end()]).rpartition("\n")[2].rstrip(";, \t")
        if not line.strip(")]} \t") or len(line) - 1 not in read(line, balance.marks).leaves:
            break  # it closes what its own line has opened, or stands where a block ends
        shorter = shorter.cut(found.start())
        if (fewer := balance.faults(shorter)) < faults:
            proposal, faults = shorter, fewer
    return proposal
