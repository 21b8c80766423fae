"""What fimls' exact actions make of the cases of peers' own test suites.

    python tests/bench/peers/record_rope.py ROPE rope.jsonl      # with a Python that runs rope
    python tests/bench/peer_suites.py --rope rope.jsonl --jedi JEDI --pyupgrade PYUPGRADE \
        --flynt FLYNT [--show refused]

ROPE and so on are folders of their sources (rope 1.x, LGPL-3.0; jedi, pyupgrade and flynt, MIT);
nothing of them is kept here. Each case is done and gives the peer's text (equal), is done and does
the same (equivalent), is refused with a reason, is not offered, or is wrong. Where several files
change, or other files could see the change, it cannot be decided within one file: such refusals
have a column of their own ("beyond"), and a module's variable is tried as a function's, too
("in f"). abracadabra's cases are JavaScript's: those actions are withdrawn.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from exact_actions import selection
from peers.cases import (
    Case,
    flynt,
    in_a_function,
    is_seen_elsewhere,
    jedi,
    pyupgrade,
    rope,
    wrapped,
)
from peers.equivalence import is_equal, is_put_back, is_renamed, is_same_value, is_undone, why_wrong

from fimls.refactor import Change, Question, Target
from fimls.refactor.action_outcome import checked
from fimls.refactor.actions import ACTIONS

BEYOND_THE_FILE = re.compile(
    r"Other files|Callers may pass|member of a class|is not part of a function"
    r"|may be a tuple"
)
"""Reasons that no look at one file can remove."""
ACTION = {action.name: action for action in ACTIONS}


def outcome(case: Case) -> tuple[str, str]:
    """Return what becomes of a case, in a word, and a reason or a text."""
    action = ACTION[case.action]
    here = selection(case.text, case.start, case.end)
    target = action.find(here)
    if target is None:
        return "not offered", ""
    reason = target.disabled
    made: object = None
    if not reason:
        made = action.ask(here, target)
        if isinstance(made, Question):
            made = action.read(here, target, case.name or "fresh_name")
        if isinstance(made, Change):
            made = checked(action, made)
        reason = getattr(made, "reason", None)
    if not isinstance(made, Change):
        return ("beyond" if BEYOND_THE_FILE.search(reason or "") else "refused"), reason or ""
    return judged(case, made, target), made.after


def judged(case: Case, change: Change, target: Target) -> str:
    """Return whether a text is the peer's, does the same, or is wrong."""
    after = change.after
    if case.expected is not None and is_equal(after, case.expected):
        return "equal"
    if case.action == "convert-strings":
        rest = len(case.text) - target.end
        parts = case.text[target.start : target.end], after[target.start : len(after) - rest]
        return "equivalent" if is_same_value(*parts) else "WRONG"
    if why_wrong(case.text, after):
        return "WRONG"
    if case.action == "rename":
        return "equivalent" if is_renamed(case.text, after, case.name) else "WRONG"
    undone = {"extract-variable": is_undone, "extract-function": is_put_back}.get(case.action)
    return "WRONG" if undone and not undone(case.text, after, case.name) else "equivalent"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("rope", "jedi", "pyupgrade", "flynt"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--show", default="WRONG", help="outcomes to print with their texts")
    given = parser.parse_args()
    cases: list[Case] = []
    for read in (rope, jedi, pyupgrade, flynt):
        folder = getattr(given, read.__name__)
        cases += read(folder) if folder else ()
    of_modules = [
        case
        for case in cases
        if case.action in ("rename", "inline-variable") and not in_a_function(case)
    ]
    cases += filter(None, map(wrapped, of_modules))
    counts: dict[tuple[str, str], Counter[str]] = {}
    for case in cases:
        word, said = outcome(case)
        beyond = case.action in ("rename", "inline-variable") and is_seen_elsewhere(case)
        if (case.others or case in of_modules or beyond) and word in ("refused", "not offered"):
            word = "beyond"
        if case.expected is None and word not in ("WRONG",):
            word = "peer refuses too" if word in ("refused", "not offered", "beyond") else "more"
        counts.setdefault((case.action, case.suite), Counter())[word] += 1
        if word in given.show.split(","):
            marked = f"{case.text[: case.start]}⟦{case.text[case.start : case.end]}⟧"
            print(f"--- {case.suite} {case.action} {word} {said}")
            print(f"{marked}{case.text[case.end :]}\n=== {case.expected}")
    words = ("equal", "equivalent", "refused", "not offered", "beyond", "WRONG", "more")
    print(f"{'':17}{'':10}", *(f"{word:>12}" for word in words), f"{'done %':>7}")
    for action in sorted({action for action, _ in counts}):
        rows = {suite: found for (name, suite), found in counts.items() if name == action}
        for suite, found in [*rows.items(), ("all", sum(rows.values(), Counter[str]()))]:
            done = found["equal"] + found["equivalent"]
            whole = done + found["refused"] + found["not offered"] + found["WRONG"]
            share = f"{100 * done / whole:7.0f}" if whole else ""
            print(f"{action:17}{suite:10}", *(f"{found[word]:12}" for word in words), share)


if __name__ == "__main__":
    main()
