"""Random exact actions on the standard library, judged by the standard library's own tests.

    python tests/bench/exact_actions.py --each 2000 [--modules shlex,heapq] [--seed 1]
    python tests/bench/exact_actions.py --count 2000

Each module gets up to `--batch` changes of one action, one on top of the other, in a folder that
comes first on the path; then its tests are run there and compared with what they say without. Where
they say something else, the change that did it is looked for, and tried twice more: some tests say
another thing each time. Prints a line an action: asked, carried out, tested, wrong with its 95 %
bound, and the share of the selections where the action is done. ``--seconds`` is the most that an
action takes. What tests say of a text is kept in `--verdicts`, so that a run goes on where an
earlier one ended. ``--count`` runs no tests: so many
selections are asked, for a share that can be compared with that of another version of fimls.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import hashlib
import math
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from sysconfig import get_path
from typing import cast

from fimls.refactor import Change, Question
from fimls.refactor.action import Action
from fimls.refactor.action_outcome import checked
from fimls.refactor.actions import ACTIONS
from fimls.refactor.selection import Selection
from fimls.syntax import parse
from fimls.text import Document, Text

MODULES = re.findall(
    r"\S+",
    """
    argparse base64 bisect cmd code colorsys configparser copy csv dataclasses dis
    fileinput fnmatch fractions functools getopt gettext glob graphlib hmac html.parser inspect
    ipaddress json.decoder json.encoder keyword linecache locale netrc ntpath optparse
    plistlib posixpath pprint quopri random reprlib sched shlex shutil string textwrap timeit
    types typing urllib.parse uuid
    """,
)
"""Modules whose tests take less than a second of processor time.

Not contextlib: one of its tests compares the lines of its source that a traceback shows. Not
operator:
one looks at every name of the module, whoever made it.
"""
TESTS = {
    "html.parser": "test_htmlparser",
    "json.decoder": "test_json",
    "json.encoder": "test_json",
    "urllib.parse": "test_urlparse",
    "_pydatetime": "test_datetime",
}
NAMES = {
    "rename",
    "inline-variable",
    "extract-variable",
    "extract-function",
    "convert-loop",
    "convert-strings",
}


parsed = lru_cache(maxsize=4)(parse)


def selection(text: str, start: int, end: int) -> Selection:
    document = Document(uri="file:///a.py", language_id="python", version=1, text=Text.parse(text))
    return Selection(
        document=document, text=text, start=start, end=end, parsed=parsed(text, "python")
    )


def ranges(text: str, action: str) -> list[tuple[int, int]]:
    """Return selections that a user could make, each once; of statements one to four."""
    lines: list[int] = [0, *(m.end() for m in re.finditer("\n", text))]
    found: list[tuple[int, int]] = []

    def place(node: ast.stmt | ast.expr) -> tuple[int, int]:
        first, last = lines[node.lineno - 1], lines[(node.end_lineno or 1) - 1]
        start = len(text[first : first + 400].encode()[: node.col_offset].decode())
        end = len(text[last : last + 400].encode()[: node.end_col_offset].decode())
        return first + start, last + end

    for function in ast.walk(ast.parse(text)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if action == "extract-function":
                for field in ("body", "orelse", "finalbody"):
                    block = cast("object", getattr(node, field, None))
                    if isinstance(block, list):
                        block = cast("list[ast.stmt]", block)
                        for first, statement in enumerate(block):
                            for last in block[first : first + 4]:
                                found.append((place(statement)[0], place(last)[1]))
            if isinstance(node, ast.expr) and action.startswith("extract"):
                found.append(place(node))
            if isinstance(node, ast.Name) and action in ("rename", "inline-variable"):
                found.append((place(node)[0], place(node)[0]))
            if action.startswith("convert") and isinstance(node, ast.stmt | ast.BinOp | ast.Call):
                found.append((place(node)[0], place(node)[0]))
    return sorted(set(found))


def changed(action: Action, here: Selection, name: str, counts: Counter[str]) -> str | None:
    counts["asked"] += 1
    target = action.find(here)
    if target is None:
        counts["not offered"] += 1
        return None
    if target.disabled:
        counts["refused"] += 1
        return None
    made = action.ask(here, target)
    if isinstance(made, Question):
        made = action.read(here, target, name)
    if isinstance(made, Change):
        made = checked(action, made)
    if not isinstance(made, Change):
        counts["refused when asked"] += 1
        return None
    counts["done"] += 1
    return made.after


def source_of(module: str) -> Path:
    """Return a module's file; the specification of a frozen module has none."""
    at = Path(get_path("stdlib"), *module.split("."))
    return at / "__init__.py" if at.is_dir() else at.with_suffix(".py")


def said(module: str, text: str) -> str:
    """Return what a module's tests say when its text is this one."""
    test = TESTS.get(module, f"test_{module}")
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder, *module.split(".")).with_suffix(".py")
        source = source_of(module)
        if "." in module or at.stem != source.stem:
            source = source.parent
            at.parent.mkdir(parents=True, exist_ok=True)
            for each in source.glob("*.py"):
                (at.parent / each.name).write_bytes(each.read_bytes())
        at.write_text(text, "utf-8")
        try:
            ran = subprocess.run(
                [
                    sys.executable,
                    "-I",
                    "-c",
                    f"import sys; sys.path.insert(0, {folder!r});"
                    f"import unittest; unittest.main('test.{test}', argv=['x'], verbosity=0)",
                ],
                capture_output=True,
                text=True,
                timeout=120,
                cwd=folder,
                env={**os.environ, "PYTHONHASHSEED": "0"},
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "too long"
        last = ran.stderr.strip().splitlines()[-1:] or [""]
        count = re.search(r"Ran (\d+) tests?", ran.stderr)
        return f"{count[1] if count else 0} {last[0]}"


class Verdicts:
    """What tests say of modules' texts, kept in a file of lines."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[str, str] = {}
        if path is not None and path.exists():
            for line in path.read_text("utf-8").splitlines():
                key, _, verdict = line.partition(" ")
                self._known[key] = verdict

    def of(self, module: str, text: str) -> str:
        """Return what a module's tests say of a text."""
        key = hashlib.sha256(f"{module}\n{text}".encode()).hexdigest()
        if key not in self._known:
            self._known[key] = said(module, text)
            if self._path is not None:
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(f"{key} {self._known[key]}\n")
        return self._known[key]


def bound(wrong: int, tested: int) -> float:
    """Return the upper end of the exact 95 % interval of a share, in percent (Clopper-Pearson)."""
    low, high = wrong / max(tested, 1), 1.0
    while high - low > 1e-7:
        middle = (low + high) / 2
        at_most = sum(
            math.comb(tested, k) * middle**k * (1 - middle) ** (tested - k)
            for k in range(wrong + 1)
        )
        low, high = (middle, high) if at_most > 0.05 else (low, middle)
    return 100 * high


def first_wrong(verdicts: Verdicts, module: str, steps: list[str], usual: str) -> int:
    """Return the first of some texts of which the tests do not say the usual thing; 0 if none."""
    if verdicts.of(module, steps[-1]) == usual:
        return 0
    good, bad = 0, len(steps) - 1
    while bad - good > 1:
        middle = (good + bad) // 2
        same = verdicts.of(module, steps[middle]) == usual
        good, bad = (middle, bad) if same else (good, middle)
    again = {said(module, steps[bad]) for _ in range(2)}
    return 0 if usual in again else bad


def counted(action: Action, modules: list[str], number: int, seed: int) -> Counter[str]:
    """Return what becomes of so many selections, each in the text as it is."""
    chance, counts = random.Random(seed), Counter[str]()
    texts = {module: source_of(module).read_text("utf-8") for module in modules}
    everywhere = [
        (module, start, end)
        for module in modules
        for start, end in ranges(texts[module], action.name)
    ]
    for module, start, end in sorted(chance.sample(everywhere, min(number, len(everywhere)))):
        changed(action, selection(texts[module], start, end), "_fresh", counts)
    return counts


def tried(
    action: Action, modules: list[str], given: argparse.Namespace, verdicts: Verdicts
) -> Counter[str]:
    """Carry out an action at random places until so many have been tested; report wrong ones."""
    each, batch, seed = given.each, given.batch, given.seed
    until = time.monotonic() + given.seconds
    chance, counts = random.Random(seed), Counter[str]()
    waiting: dict[str, list[tuple[int, int]]] = {}
    for module in modules:
        waiting[module] = list(ranges(source_of(module).read_text("utf-8"), action.name))
        chance.shuffle(waiting[module])
    while counts["tested"] < each and any(waiting.values()):
        for module in chance.sample(modules, len(modules)):
            text = source_of(module).read_text("utf-8")
            places = waiting[module][: 6 * batch]
            del waiting[module][: 6 * batch]
            usual = verdicts.of(module, text)
            if counts["tested"] >= each or time.monotonic() > until:
                return counts
            if not usual.endswith(("OK", ")")) or "FAILED" in usual:
                continue
            steps = [text]
            # From the end of the text on, so that what comes next stands where it stood.
            for start, end in sorted(places, reverse=True):
                if len(steps) > batch:
                    waiting[module].append((start, end))
                elif steps[-1][: max(end, start) + 1] == text[: max(end, start) + 1]:
                    here = selection(steps[-1], start, end)
                    if (after := changed(action, here, f"_fresh_{len(steps)}", counts)) is not None:
                        steps.append(after)
            counts["tested"] += len(steps) - 1
            while len(steps) > 1 and (bad := first_wrong(verdicts, module, steps, usual)):
                counts["wrong"] += 1
                print(f"WRONG {action.name} in {module}: {verdicts.of(module, steps[bad])}")
                old, new = (steps[at].splitlines(keepends=True) for at in (bad - 1, bad))
                print("".join(difflib.unified_diff(old, new, n=4)), flush=True)
                break
    return counts


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=200, help="changes that are tested, an action")
    parser.add_argument("--seconds", type=float, default=math.inf, help="the most an action takes")
    parser.add_argument("--count", type=int, default=0, help="selections; no tests are run")
    parser.add_argument("--batch", type=int, default=25)
    parser.add_argument("--modules", default=",".join(sorted(MODULES)))
    parser.add_argument("--actions", default=",".join(sorted(NAMES)))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verdicts", type=Path, help="file that keeps what tests said")
    given = parser.parse_args()
    modules = [each for each in given.modules.split(",") if find_spec(each)]
    for action in ACTIONS:
        if action.name not in given.actions.split(","):
            continue
        if given.count:
            counts = counted(action, modules, given.count, given.seed)
        else:
            verdicts = Verdicts(given.verdicts)
            counts = tried(action, modules, given, verdicts)
            most = bound(counts["wrong"], counts["tested"])
            print(f"{action.name}: {counts['wrong']} wrong, at most {most:.2f} %", end=", ")
        share = 100 * counts["done"] / max(counts["asked"], 1)
        print(f"{action.name} done {share:.1f} %", dict(counts), flush=True)


if __name__ == "__main__":
    main()
