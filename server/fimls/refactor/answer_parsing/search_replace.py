"""Search/replace blocks: edits of a long part, without writing all of it anew."""

from __future__ import annotations

import re
from itertools import pairwise

from fimls.refactor.action import Refusal, Target
from fimls.refactor.answer_parsing.indentation import LINE_END, lead_of, line_end_of
from fimls.refactor.selection import Selection


def apply_blocks(text: str, selection: Selection, target: Target) -> str | Refusal:
    r"""Return the part with the blocks of an answer applied.

    Each must be found in the part as whole lines, exactly as they are there, and once.

    Args:
        text: the answer; its lines end with ``\n``.
        selection: what was asked about.
        target: the part.
    """
    if len(_MARK.findall(text)) != 3 * len(_BLOCK.findall(text)):
        return Refusal("The answer has a search/replace block that is not complete.")
    lead = lead_of(selection, target)
    part = LINE_END.sub("\n", lead + selection.text[target.start : target.end])
    edits = list[tuple[int, int, str]]()
    for block in _BLOCK.finditer(text):
        search, replacement = block.group("search"), block.group("replacement")
        if not search.strip():
            return Refusal("The answer has a search/replace block that searches for nothing.")
        found = [at for at in _places(part, search) if _is_whole_lines(part, at, at + len(search))]
        first = search.strip().split("\n")[0].strip()
        if len(found) != 1:
            times = f"{len(found)} times in the part" if found else "not in the part as they are"
            return Refusal(f"The lines to search for that begin with `{first}` are {times}.")
        start, end = found[0], found[0] + len(search)
        if not replacement and end < len(part):
            end += 1  # the lines go with their ends
        edits.append((start, end, replacement))
    if not edits:
        return Refusal("The answer has no search/replace block.")
    edits.sort()
    if any(one[1] > other[0] for one, other in pairwise(edits)):
        return Refusal("The answer changes the same lines in two blocks.")
    for start, end, replacement in reversed(edits):
        part = part[:start] + replacement + part[end:]
    if not part.startswith(lead):
        return Refusal("The answer changes where the part begins in its line.")
    return part[len(lead) :].replace("\n", line_end_of(selection.text))


def _places(part: str, search: str) -> list[int]:
    return [found.start() for found in re.finditer(f"(?={re.escape(search)})", part)]


def _is_whole_lines(part: str, start: int, end: int) -> bool:
    return (not start or part[start - 1] == "\n") and (end == len(part) or part[end] == "\n")


_BLOCK = re.compile(
    r"^<{7} ?SEARCH[ \t]*\n(?P<search>.*?)\n={7}[ \t]*\n(?P<replacement>.*?)\n?^>{7} ?REPLACE"
    r"[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_MARK = re.compile(r"^(?:<{7} ?SEARCH|={7}|>{7} ?REPLACE)[ \t]*$", re.MULTILINE)
