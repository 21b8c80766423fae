"""What stands after the cursor on its line is not said again: neither code nor closing brackets.

Editors close brackets and quotes when they are opened, and the model closes them once more. What it
writes then takes the place of what the editor put there, or ends before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from fimls.completion.closers_behind import AutoClosed, closing
from fimls.completion.filters.bracket_balance import Balance
from fimls.completion.filters.bracket_reader import read
from fimls.completion.filters.filter_input import Suggestion
from fimls.completion.surroundings import Surroundings
from fimls.syntax import marks_of

_CLOSER = re.compile(r"\s*[)\]}\"'`]")
_CODE = re.compile(r"[\w([{]")
_TOLD = re.compile(r"[^\W_]|[;,:({\[]")
_TAG_END = re.compile(r"/?>")

LEAST_TOLD = 6
"""Letters and digits of a rest of the line that is not repeated by chance in a text of lines."""


def rest_of_line(suggestion: Suggestion, around: Surroundings) -> Suggestion:
    """End before the rest of the line, or take its place, wherever brackets match better so.

    What is replaced stands in the text in the same order, so that editors can show the difference.
    """
    suggestion = Suggestion(suggestion.text)
    if not around.after.strip() or not suggestion.text:
        return suggestion
    balance = Balance(around)
    taken = _taken_over(suggestion.text, around)
    certain = _closes_itself(around, balance)
    if taken and (certain or balance.faults(taken) <= balance.faults(suggestion)):
        # It may say again the rest of the line, or, in several lines, what stands below.
        cut = "\n" in suggestion.text
        fewer = _best(suggestion, around, balance, cut=cut, first=taken if certain else suggestion)
        return fewer if balance.faults(fewer) < balance.faults(taken) else taken
    best = _best(suggestion, around, balance)
    if best is suggestion and balance.start.inside:
        # Editors close brackets in comments and strings, too. There they only match on the line.
        line = balance.of_line()
        better = _best(suggestion, around, line)
        best = better if line.matches(better) else suggestion
    return best


def _best(
    suggestion: Suggestion,
    around: Surroundings,
    balance: Balance,
    *,
    cut: bool = True,
    first: Suggestion | None = None,
) -> Suggestion:
    best = first or suggestion
    fewest = balance.faults(best)
    for candidate, on_a_tie in _candidates(suggestion.text, around, balance, cut=cut):
        faults = balance.faults(candidate)
        if faults < fewest or (on_a_tie and faults == fewest and best is (first or suggestion)):
            best, fewest = candidate, faults
    return best


def _candidates(
    text: str, around: Surroundings, balance: Balance, *, cut: bool
) -> Iterator[tuple[Suggestion, bool]]:
    """Yield what could be shown instead, each with whether it need only match as well."""
    after, rest = around.after, around.after.strip()
    for end in _line_ends(text, rest):
        if (start := _repeated(text[:end], rest, around.before)) is not None:
            shorter = text[:start].rstrip() if after[0].isspace() else text[:start]
            is_told = _TOLD.search(rest) or _TAG_END.fullmatch(rest)
            yield Suggestion(shorter), bool(is_told)
    if _ends_with_line(text) and (text[-1] != "\n" or after[0].isspace()):
        return  # the rest is a line of its own: the text ends with the blanks before it
    leaves = balance.within(text).leaves
    if cut and leaves and text[leaves[0]] == rest[0]:
        yield Suggestion(text[: leaves[0]]), False


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


def _taken_over(text: str, around: Surroundings) -> Suggestion | None:
    """Return the text in place of what it closes of that which is closed behind the cursor."""
    after, marks = around.after, marks_of(around.language_id)
    start = Balance(around).start
    begun = start.inside
    inside = "\n" if begun in marks.line else dict(marks.many_lines).get(begun, begun)
    behind = AutoClosed.of(around.before, after, inside, start.nested, marks)
    if _makes_three(text, behind, dict(marks.many_lines)):
        return Suggestion(text, behind.ends[0])
    closed = closing(text, behind, marks)
    count = len(closed.places)
    # What the text has left open at its end may be closed by what stands there.
    for number in range(count):
        if behind.closers[number:] == closed.open[: len(behind.closers) - number]:
            count = number
            break
    if not count:
        return None
    end, left = behind.ends[count - 1], behind.tail.strip()
    if (
        count == len(behind.closers)
        and left
        and (
            text[closed.places[count - 1] :].lstrip().startswith(left)
            or (behind.only_closes and text.rstrip().endswith(left))
            or _repeated(text, after.strip(), behind.before) is not None
        )
    ):
        end = len(after.rstrip())
    return _without_common_end(text, end, behind)


def _makes_three(text: str, behind: AutoClosed, many_lines: Mapping[str, str]) -> bool:
    """Whether a text makes three quotes of one, which the editor has closed by another one."""
    quote = behind.closers[0] if behind.closers else ""
    single = behind.before.endswith(quote) and not behind.before.endswith(2 * quote)
    return 3 * quote in many_lines and single and text.startswith(2 * quote)


def _closes_itself(around: Surroundings, balance: Balance) -> bool:
    """Whether what stands behind the cursor closes all that the line opens, and nothing else."""
    before = read(around.before, balance.marks)
    line = read(around.after, balance.marks, before)
    return line.faults == before.faults and not (line.opened or line.inside)


def _without_common_end(text: str, replaces: int, behind: AutoClosed) -> Suggestion:
    """Leave what the text and the replaced part both end with where it stands.

    Only whole closers are left: half a tag would be closed once more by what is taken away.
    """
    after, last = behind.after, behind.ends[-1]
    if _CODE.search(after[replaces:]) and "\n" in text:
        return Suggestion(text)  # the line's code would move to another line
    kept, end = Suggestion(text, replaces), len(text)
    while replaces and end and text[end - 1] == after[replaces - 1]:
        end, replaces = end - 1, replaces - 1
        if replaces in (0, *behind.ends) or replaces > last:
            kept = Suggestion(text[:end], replaces)
    return kept if after[: kept.replaces].strip() else Suggestion(kept.text)
