"""What stands after the cursor on its line is not said again: neither code nor closing brackets.

Editors close brackets and quotes when they are opened, and the model closes them once more. What it
writes then takes the place of what the editor put there, or ends before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fimls.completion.filters.brackets import Balance
from fimls.completion.filters.proposal import Proposal
from fimls.completion.surroundings import Surroundings

_CLOSER = re.compile(r"\s*[)\]}\"'`]")
_CODE = re.compile(r"[\w([{]")
_TOLD = re.compile(r"[^\W_]|[;,:({\[]")
_TAG_END = re.compile(r"/?>")

LEAST_TOLD = 6
"""Letters and digits of a rest of the line that is not repeated by chance in a text of lines."""


def rest_of_line(proposal: Proposal, around: Surroundings) -> Proposal:
    """End before the rest of the line, or take its place, wherever brackets match better so.

    What is replaced stands in the text in the same order, so that editors can show the difference.
    """
    proposal = Proposal(proposal.text)
    if not around.after.strip() or not proposal.text:
        return proposal
    balance = Balance(around)
    best = _best(proposal, around, balance)
    if best is proposal and balance.start.inside:
        # Editors close brackets in comments and strings, too. There they only match on the line.
        line = balance.of_line()
        better = _best(proposal, around, line)
        best = better if line.matches(better) else proposal
    return best


def _best(proposal: Proposal, around: Surroundings, balance: Balance) -> Proposal:
    best, fewest = proposal, balance.faults(proposal)
    for candidate, on_a_tie in _candidates(proposal.text, around, balance):
        faults = balance.faults(candidate)
        if faults < fewest or (on_a_tie and faults == fewest and best is proposal):
            best, fewest = candidate, faults
    return best


def _candidates(
    text: str, around: Surroundings, balance: Balance
) -> Iterator[tuple[Proposal, bool]]:
    """Yield what could be shown instead, each with whether it need only match as well."""
    after, rest = around.after, around.after.strip()
    for end in _line_ends(text, rest):
        if (start := _repeated(text[:end], rest, around.before)) is not None:
            shorter = text[:start].rstrip() if after[0].isspace() else text[:start]
            is_told = _TOLD.search(rest) or _TAG_END.fullmatch(rest)
            yield Proposal(shorter), bool(is_told)
    if _ends_with_line(text) and (text[-1] != "\n" or after[0].isspace()):
        return  # the rest is a line of its own: the text ends with the blanks before it
    leaves = balance.within(text).leaves
    yield from ((candidate, False) for candidate in _typed_over(text, after, leaves))
    if leaves and text[leaves[0]] == rest[0]:
        yield Proposal(text[: leaves[0]]), False


def _line_ends(text: str, rest: str) -> list[int]:
    """Return where the text may have repeated the rest: at its end or its first line's."""
    first = text.find("\n")
    told = sum(map(str.isalnum, rest)) >= LEAST_TOLD
    last = [] if "\n" in text.strip() and _ends_with_line(text) else [len(text)]
    return [first, *last] if first >= 0 and told else last


def _ends_with_line(text: str) -> bool:
    return not text.rpartition("\n")[2].strip()


def _repeated(text: str, rest: str, before: str) -> int | None:
    """Return where the rest of the line begins in the text, if it ends with it, save for blanks."""
    at = len(text)
    for character in reversed(rest):
        if character.isspace():
            continue
        at = len(text[:at].rstrip())
        if not at or text[at - 1] != character:
            return None
        at -= 1
    last = (before + text[:at])[-1:]
    in_word = (last.isalnum() or last == "_") and rest[0].isalnum()
    in_row = last == rest[0] and not _CLOSER.match(rest)  # of dashes, say
    if in_word or in_row or (rest[0] == ">" and text.count("<") >= text.count(">")):
        return None
    return at


def _typed_over(text: str, after: str, leaves: tuple[int, ...]) -> Iterator[Proposal]:
    """Yield the text in place of more and more of the closing brackets after the cursor."""
    if not leaves:
        return
    end, used = 0, leaves[0]
    while found := _CLOSER.match(after, end):
        used = text.find(found[0][-1], used) + 1
        if not used:
            return
        end = found.end()
        yield _without_common_end(text, _with_common(text[leaves[-1] + 1 :], after, end), after)


def _with_common(tail: str, after: str, end: int) -> int:
    """Return how much is replaced, if what follows the brackets is said again by the text."""
    left = after[end:].strip()
    return len(after.rstrip()) if left and tail.lstrip().startswith(left) else end


def _without_common_end(text: str, replaces: int, after: str) -> Proposal:
    """Leave what the text and the replaced part both end with where it stands."""
    if _CODE.search(after[replaces:]) and "\n" in text:
        return Proposal(text)  # the line's code would move to another line
    while replaces and text.endswith(after[replaces - 1]):
        text, replaces = text[:-1], replaces - 1
    return Proposal(text, replaces if after[:replaces].strip() else 0)
