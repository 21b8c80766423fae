"""How many wrong answers are offered as checked, and how many right ones, on answers of others.

Right answers are what ruff rewrites in functions of the standard library by fixes that it calls
safe, and what is in QuixBugs' corrected programs as it is. Wrong ones are mutants of the right
answers by mutmut, and QuixBugs' buggy programs in place of the corrected ones. A mutant that means
the same counts as wrong all the same, so the share of wrong ones is an upper bound.

Usage: python tests/bench/model_answers.py --tools FOLDER [--quixbugs FOLDER] [--right N]
       [--wrong N] [--seed N] [--execute] [--show]

``--tools`` is the ``bin`` folder of an environment of its own, made by
``pip install mutmut==2.4.5 ruff``; ``--quixbugs`` a checkout of github.com/jkoppel/QuixBugs.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import subprocess
import sys
import sysconfig
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from difflib import unified_diff
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

from fimls.confidence_intervals import wilson
from fimls.refactor import Change
from fimls.refactor.actions.simplify import SIMPLIFY
from fimls.refactor.verdict import Verdict
from fimls.refactor.verification import Answered, climb

LINES = 1_000
"""Longer modules are left out, so that a run takes minutes."""
RULES = "SIM,RET,C4,PERF,PIE810,FURB"

MUTATE = """
import json, sys
from mutmut import Context, list_mutations, mutate
for line in sys.stdin:
    text, found = json.loads(line), []
    try:
        for each in list_mutations(Context(source=text, filename="a.py")):
            new, count = mutate(Context(source=text, filename="a.py", mutation_id=each))
            found += [new] if count else []
    except Exception:
        pass
    print(json.dumps(found), flush=True)
"""


@dataclass(frozen=True)
class Answer:
    """One answer: the module it is in, before and after, and what it is."""

    name: str
    before: str
    after: str
    right: bool

    def judged(self, folder: Path, *, execute: bool) -> tuple[str, Verdict | None]:
        """Return what is offered: checked, suggestion, or refused."""
        change = Change.replacing(self.before, 0, len(self.before), self.after, language="python")
        for check in SIMPLIFY.checks:
            if check(change) is not None:
                return "refused", None
        file = folder / f"{self.name.partition(' ')[0]}.py"
        verdict = climb(
            Answered(
                action="simplify",
                change=change,
                path=file,
                root=folder,
                untrusted="" if execute else "--execute is not given",
                executes=execute,
            )
        )
        return "refused" if verdict.refutation else verdict.kind, verdict


def judged(answer: Answer, folder: Path, execute: bool) -> tuple[str, Verdict | None]:
    return answer.judged(folder, execute=execute)


def main() -> None:
    args = parsed()
    dice = random.Random(args.seed)
    tools = Path(args.tools)
    right = list(rewritten(tools / "ruff", dice, 3 * args.right))[: args.right]
    wrong: list[Answer] = []
    if args.quixbugs:
        wrong += list(quixbugs(Path(args.quixbugs)))
    mutants = mutated(tools / "python", right, dice)
    dice.shuffle(mutants)
    wrong += mutants[: max(args.wrong - len(wrong), 0)]
    answers: list[Answer] = [*right, *wrong]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(args.at_once) as pool:
        judge = partial(judged, folder=Path(folder), execute=args.execute)
        outcomes = list(pool.map(judge, answers))
    for which, said in ((True, "right"), (False, "wrong")):
        kinds = Counter(
            kind for each, (kind, _) in zip(answers, outcomes, strict=True) if each.right is which
        )
        total = sum(kinds.values())
        share = wilson(kinds["checked"], total)
        print(
            f"{said}: {total}; checked {kinds['checked']} ({share}); suggestion"
            f" {kinds['suggestion']}; refused {kinds['refused']}"
        )
    if args.show:
        for each, (kind, verdict) in zip(answers, outcomes, strict=True):
            if each.right != (kind == "checked"):
                print(f"--- {each.name}, {'right' if each.right else 'wrong'}: {kind}")
                print(verdict.summary if verdict else "")
                print("\n".join(differing(each)))


def rewritten(ruff: Path, dice: random.Random, most: int) -> Iterator[Answer]:
    """Yield what ruff makes of functions, one fix each."""
    library = Path(sysconfig.get_path("stdlib"))
    command = [ruff, "check", "--isolated", "--select", RULES, "--preview"]
    said = subprocess.run(
        [*command, "--output-format", "json", *sorted(library.glob("*.py"))],
        check=False,
        capture_output=True,
        text=True,
    ).stdout
    fixes = [
        each for each in json.loads(said) if each["fix"] and each["fix"]["applicability"] == "safe"
    ]
    dice.shuffle(fixes)
    seen: set[tuple[str, int]] = set()
    for each in fixes:
        path = Path(each["filename"])
        text = path.read_text("utf-8")
        if text.count("\n") > LINES:
            continue
        after = applied(text, each["fix"]["edits"])
        first = function_lines(text, each["location"]["row"])
        if after is None or after == text or first is None or (path.stem, first) in seen:
            continue
        seen.add((path.stem, first))
        yield Answer(f"{path.stem} {each['code']}:{each['location']['row']}", text, after, True)
        if len(seen) >= most:
            return


def place(edit: dict[str, Any]) -> tuple[int, int]:
    return edit["location"]["row"], edit["location"]["column"]


def applied(text: str, edits: list[dict[str, Any]]) -> str | None:
    """Return a text with edits made, or None where it is no Python any more."""
    lines = text.splitlines(keepends=True)
    starts = [0, *accumulate(map(len, lines))]
    for edit in sorted(edits, key=place, reverse=True):
        first, last = place(edit), (edit["end_location"]["row"], edit["end_location"]["column"])
        start, end = (starts[row - 1] + column - 1 for row, column in (first, last))
        text = text[:start] + (edit["content"] or "") + text[end:]
    try:
        ast.parse(text)
    except SyntaxError:
        return None
    return text


def function_lines(text: str, row: int) -> int | None:
    """Return the first line of the outermost function around a line."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.lineno <= row <= (node.end_lineno or 0):
            return node.lineno
    return None


def quixbugs(folder: Path) -> Iterator[Answer]:
    """Yield the buggy programs, as answers to who has the corrected ones simplified."""
    for right in sorted((folder / "correct_python_programs").glob("*.py")):
        wrong = folder / "python_programs" / right.name
        if not right.name.endswith("_test.py") and wrong.exists():
            before, after = (file.read_text("utf-8") for file in (right, wrong))
            cut = before.find('"""\n')
            before = before if cut < 0 else before[:cut]
            cut = after.find('"""\n')
            after = after if cut < 0 else after[:cut]
            try:
                same = ast.dump(ast.parse(before)) == ast.dump(ast.parse(after))
            except SyntaxError:
                continue
            if not same:
                yield Answer(f"{right.stem} QuixBugs", before, after, False)


def mutated(python: Path, right: list[Answer], dice: random.Random) -> list[Answer]:
    """Return mutants of the functions that right answers rewrote, a few each."""
    right = [each for each in right if changed(each) is not None]
    parts = [part for each in right if (part := changed(each)) is not None]
    given = "".join(json.dumps(part[2]) + "\n" for part in parts)
    said = subprocess.run(
        [python, "-c", MUTATE], check=True, capture_output=True, text=True, input=given
    ).stdout
    found: list[Answer] = []
    for each, (head, indent, part, tail), line in zip(right, parts, said.splitlines(), strict=True):
        mutants = [text for text in json.loads(line) if text != part]
        for text in dice.sample(mutants, min(4, len(mutants))):
            rows = text.splitlines(keepends=True)
            again = "".join(indent + row if row.strip() else row for row in rows)
            after = head + again + tail
            try:
                if ast.dump(ast.parse(after)) == ast.dump(ast.parse(each.after)):
                    continue
            except SyntaxError:
                continue
            found.append(Answer(f"{each.name} mutant", each.before, after, False))
    return found


def changed(answer: Answer) -> tuple[str, str, str, str] | None:
    """Return the innermost function that was rewritten, dedented, and what is around it."""
    new = answer.after.splitlines(keepends=True)
    old = answer.before.splitlines(keepends=True)
    row = next(n for n, (a, b) in enumerate(zip(old, new, strict=False), 1) if a != b)
    inside = [
        node
        for node in ast.walk(ast.parse(answer.after))
        if isinstance(node, ast.FunctionDef) and node.lineno <= row <= (node.end_lineno or 0)
    ]
    if not inside:
        return None
    node = inside[-1]
    first, last = node.lineno - 1, node.end_lineno
    indent = " " * node.col_offset
    part = "".join(line.removeprefix(indent) for line in new[first:last])
    return "".join(new[:first]), indent, part, "".join(new[last:])


def differing(answer: Answer) -> list[str]:
    before, after = answer.before.splitlines(), answer.after.splitlines()
    return list(unified_diff(before, after, lineterm="", n=2))[:40]


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tools", required=True)
    parser.add_argument("--quixbugs")
    parser.add_argument("--right", type=int, default=160)
    parser.add_argument("--wrong", type=int, default=320)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--execute", action="store_true")
    parser.add_argument("--show", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
