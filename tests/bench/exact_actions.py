"""Random exact actions on the standard library, judged by the standard library's own tests.

    python tests/bench/exact_actions.py --each 200 [--modules shlex,heapq] [--seed 1]

Each module gets up to `--batch` changes of one action, one on top of the other, in a folder that
comes first on the path; then its tests are run there and compared with what they say without. Where
they say something else, the change that did it is looked for. Prints a line an action: asked,
offered, carried out and tested, wrong.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from sysconfig import get_path

from fimls.refactor import Change, Question
from fimls.refactor.action import Action
from fimls.refactor.actions import ACTIONS
from fimls.refactor.selection import Selection
from fimls.refactor.service import _checked  # pyright: ignore[reportPrivateUsage]
from fimls.syntax import parse
from fimls.syntax.word_sets import words
from fimls.text import Document, Text

MODULES = words(
    """
    argparse ast base64 bisect calendar cmd code colorsys configparser contextlib copy csv
    dataclasses datetime difflib dis enum filecmp fileinput fnmatch fractions functools
    getopt gettext glob graphlib gzip heapq hmac html.parser inspect ipaddress
    json.decoder json.encoder keyword linecache locale netrc ntpath numbers opcode
    operator optparse pickle pickletools plistlib posixpath pprint queue quopri random
    reprlib sched shlex shutil statistics string stringprep tarfile tempfile textwrap
    timeit tokenize traceback types typing urllib.parse uuid weakref zipfile
    """
)
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


def selection(text: str, start: int, end: int) -> Selection:
    document = Document(uri="file:///a.py", language_id="python", version=1, text=Text.parse(text))
    return Selection(
        document=document, text=text, start=start, end=end, parsed=parse(text, "python")
    )


def ranges(text: str, action: str, chance: random.Random) -> list[tuple[int, int]]:
    """Return random selections that a user could make, the last ones first."""
    lines = [0, *(m.end() for m in re.finditer("\n", text))]
    found: list[tuple[int, int]] = []

    def place(node: ast.stmt | ast.expr) -> tuple[int, int]:
        first, last = lines[node.lineno - 1], lines[(node.end_lineno or 1) - 1]
        start = len(text[first:].encode()[: node.col_offset].decode())
        end = len(text[last:].encode()[: node.end_col_offset].decode())
        return first + start, last + end

    for function in ast.walk(ast.parse(text)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if action == "extract-function":
                for field in ("body", "orelse", "finalbody"):
                    block = getattr(node, field, None)
                    if isinstance(block, list) and block:
                        first = chance.randrange(len(block))
                        last = chance.randrange(first, min(first + 4, len(block)))
                        found.append((place(block[first])[0], place(block[last])[1]))
            if isinstance(node, ast.expr) and action.startswith("extract"):
                found.append(place(node))
            if isinstance(node, ast.Name) and action in ("rename", "inline-variable"):
                found.append((place(node)[0],) * 2)
            if action.startswith("convert") and isinstance(node, ast.stmt | ast.BinOp | ast.Call):
                found.append((place(node)[0],) * 2)
    # From the end of the text on, so that what comes next stands where it stood.
    return sorted(chance.sample(found, min(len(found), 80)), reverse=True)


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
        made = _checked(action, made)
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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=200, help="changes that are tested, an action")
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--modules", default=",".join(sorted(MODULES)))
    parser.add_argument("--actions", default=",".join(sorted(NAMES)))
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    modules = [each for each in given.modules.split(",") if find_spec(each)]
    usual: dict[str, str] = {}
    for action in ACTIONS:
        if action.name not in given.actions.split(","):
            continue
        counts: Counter[str] = Counter()
        for module in chance.sample(modules, len(modules)) * 8:
            if counts["tested"] >= given.each:
                break
            text = source_of(module).read_text("utf-8")
            if module not in usual:
                usual[module] = said(module, text)
            if not usual[module].endswith(("OK", ")")) or usual[module].startswith("0 "):
                continue
            steps = [text]
            for start, end in ranges(text, action.name, chance):
                if len(steps) > given.batch:
                    break
                if steps[-1][: max(end, start) + 1] != text[: max(end, start) + 1]:
                    continue
                after = changed(
                    action, selection(steps[-1], start, end), f"_fresh_{len(steps)}", counts
                )
                if after is not None:
                    steps.append(after)
            if len(steps) == 1:
                continue
            counts["tested"] += len(steps) - 1
            if said(module, steps[-1]) == usual[module]:
                continue
            good, bad = 0, len(steps) - 1
            while bad - good > 1:
                middle = (good + bad) // 2
                same = said(module, steps[middle]) == usual[module]
                good, bad = (middle, bad) if same else (good, middle)
            counts["wrong"] += 1
            print(
                f"WRONG {action.name} in {module}: {said(module, steps[bad])}, not {usual[module]}"
            )
            import difflib

            print(
                "".join(
                    difflib.unified_diff(
                        steps[good].splitlines(True), steps[bad].splitlines(True), n=4
                    )
                ),
                flush=True,
            )
        print(action.name, dict(counts), flush=True)


if __name__ == "__main__":
    main()
