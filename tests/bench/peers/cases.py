"""Cases of peers' test suites: a text, a selection, an action, and what the peer makes of it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case.

    Attributes:
        suite: whose it is.
        action: name of fimls' action.
        text: the text before.
        start: offset where the selection begins.
        end: offset where it ends.
        name: the new name.
        expected: the text that the peer makes of it; None where it refuses.
        others: how many other files it changes.
    """

    suite: str
    action: str
    text: str
    start: int
    end: int
    name: str = ""
    expected: str | None
    others: int = 0


def rope(file: Path) -> Iterator[Case]:
    """Yield what `record_rope.py` wrote down."""
    for line in file.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["text"] is None or row["start"] is None:
            continue  # a module or a package gets another name: that is a file
        yield Case(
            suite="rope",
            action=row["action"],
            text=row["text"],
            start=row["start"],
            end=row["end"],
            name=row["name"].lstrip("@$"),
            expected=row.get("expected"),
            others=row.get("others", 0),
        )


_CASE = re.compile(
    r"^# -{5,} ?([^\n]*)\n((?:(?!\n# \+{5,}).)*\n)# \+{5,}\n((?:(?!\n# -{5,}).)*\n)",
    re.DOTALL | re.MULTILINE,
)
_MARK = re.compile(r"#\? (\d+)( error| text|) ?([^\n]*)\n")


def jedi(folder: Path) -> Iterator[Case]:
    """Yield the cases of jedi's folder ``test/refactor``."""
    actions = {"inline": "inline-variable"}
    for file in sorted((folder / "test" / "refactor").glob("*.py")):
        for _, before, after in _CASE.findall(file.read_text("utf-8")):
            mark = _MARK.search(before)
            if mark is None:
                continue
            options = ast.literal_eval(mark[3]) if mark[3] else {}
            # The marks name what shall be new: without them it is.
            expected = None if mark[2] == " error" else after
            if mark[2] == "" and expected:
                expected = _patched(before, after, file.name)
            before = before[: mark.start()] + "#\n" + before[mark.end() :]
            expected = _MARK.sub("#\n", expected) if expected else None
            action = file.stem.replace("_", "-")
            line = before.count("\n", 0, mark.start()) + 1
            start = _offset(before, line + 1, int(mark[1]))
            end = start
            if action.startswith("extract") and "until_column" in options:
                end = _offset(before, options.get("until_line", line + 1), options["until_column"])
            elif action.startswith("extract") and expected:
                start, end = _taken_out(before, expected, start, options["new_name"])
            yield Case(
                suite="jedi",
                action=actions.get(action, action),
                text=before,
                start=start,
                end=end,
                name=options.get("new_name", ""),
                expected=expected,
                others=after.count("\n+++ ") - 1 if after.startswith("--- ") else 0,
            )


def _offset(text: str, line: int, column: int) -> int:
    return sum(len(each) for each in text.splitlines(keepends=True)[: line - 1]) + column


def _patched(before: str, diff: str, name: str) -> str | None:
    """Return the text that a diff makes of a file; None where it is another file's."""
    lines, made, at, mine = before.splitlines(keepends=True), [], 0, False
    for each in diff.splitlines(keepends=True):
        if each.startswith(("--- ", "rename ")):
            mine = each.split()[1] == name
        elif mine and (found := re.match(r"@@ -(\d+)", each)):
            made += lines[at : int(found[1]) - 1]
            at = int(found[1]) - 1
        elif mine and not each.startswith("+++"):
            made += [each[1:]] if each[0] in "+ " else []
            at += each[0] in "- "
    return "".join([*made, *lines[at:]]) if made else None


def _taken_out(text: str, expected: str, place: int, name: str) -> tuple[int, int]:
    """Return where the expression stands that got a name: jedi widens a cursor to it."""
    value = re.search(rf"^ *{name} = (.*)$|def {name}\(.*\n *return (.*)$", expected, re.MULTILINE)
    if value is not None:
        shown = value[1] or value[2]
        line = text.rfind("\n", 0, place) + 1
        for found in re.finditer(re.escape(shown), text[line:]):
            if place <= found.end() + line and "\n" not in text[place : found.start() + line]:
                return found.start() + line, found.end() + line
    return place, place


def pyupgrade(folder: Path) -> Iterator[Case]:
    """Yield the strings of pyupgrade's tests: what it makes f-strings of, and what it leaves."""
    for name, tests in (
        ("percent_format", {"test_percent_format": True, "test_percent_format_noop": False}),
        ("fstrings", {"test_fix_fstrings": True, "test_fix_fstrings_noop": False}),
    ):
        file = folder / "tests" / "features" / f"{name}_test.py"
        for node in ast.parse(file.read_text("utf-8")).body:
            if not isinstance(node, ast.FunctionDef) or node.name not in tests:
                continue
            rows = node.decorator_list[0].args[1].elts
            for row in rows:
                row = row.args if isinstance(row, ast.Call) else row
                try:
                    values = [ast.literal_eval(each) for each in getattr(row, "elts", row)]
                except (TypeError, ValueError):
                    values = [ast.literal_eval(row)]
                text = values[0]
                place = min((at for q in "\"'" if (at := text.find(q)) >= 0), default=0)
                expected = values[1] if tests[node.name] else None
                yield Case(
                    suite="pyupgrade",
                    action="convert-strings",
                    text=text,
                    start=place,
                    end=place,
                    expected=expected,
                )


def flynt(folder: Path) -> Iterator[Case]:
    """Yield the strings of flynt's sample files; what it makes of the whole file is expected."""
    base = folder / "test" / "integration"
    for file in sorted((base / "samples_in").glob("*.py")):
        other = base / "expected_out" / file.name
        text = file.read_text("utf-8-sig")
        try:
            nodes = list(ast.walk(ast.parse(text)))
        except SyntaxError:
            continue
        lines = [0]
        for each in text.splitlines(keepends=True):
            lines.append(lines[-1] + len(each))
        expected = other.read_text("utf-8-sig") if other.exists() else None
        if expected == text:
            expected = None
        for node in nodes:
            percent = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod)
            method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            left = node.left if percent else node.func.value if method else None
            if not (isinstance(left, ast.Constant) and isinstance(left.value, str)):
                continue
            if method and node.func.attr != "format":
                continue
            shown = ast.get_source_segment(text, node) or ""
            begin = text.find(shown)
            yield Case(
                suite="flynt",
                action="convert-strings",
                text=text,
                start=begin,
                end=begin,
                # What it leaves is found in its result as it was.
                expected=None if expected is None or shown in expected else expected,
            )


def in_a_function(case: Case) -> bool:
    """Whether a case is about a place inside of a function's body."""
    line = case.text.count("\n", 0, case.start) + 1
    try:
        nodes = list(ast.walk(ast.parse(case.text)))
    except SyntaxError:
        return True
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body[0].lineno <= line <= (node.end_lineno or 0)
        for node in nodes
    )


def is_seen_elsewhere(case: Case) -> bool:
    """Whether the name at a place is an attribute's or a module's, which other files may use."""
    begin = re.search(r"\w*\Z", case.text[: case.start])
    start = begin.start() if begin else case.start
    name = re.match(r"\w*", case.text[start:])
    line = case.text.count("\n", 0, start) + 1
    try:
        nodes = list(ast.walk(ast.parse(case.text)))
    except SyntaxError:
        return False
    around = [
        node
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.lineno <= line <= (node.end_lineno or 0)
    ]
    own, world = set[str](), set[str]()
    for each in (each for node in around for each in ast.walk(node)):
        if isinstance(each, ast.arg):
            own.add(each.arg)
        elif isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load):
            own.add(each.id)
        elif isinstance(each, ast.FunctionDef | ast.ClassDef) and each not in around[:1]:
            own.add(each.name)
        elif isinstance(each, ast.Global):
            world.update(each.names)
    shown = name[0] if name else ""
    return case.text[:start].endswith(".") or shown not in own - world


def wrapped(case: Case) -> Case | None:
    """Return a case of a module's variable as one of a function's; None where that is another."""
    if "import *" in case.text or "__future__" in case.text or case.others:
        return None
    head = "def wrapped():\n"

    def put_in(text: str) -> str:
        return head + "".join(f"    {line}" for line in text.splitlines(keepends=True))

    begin = len(head) + case.start + 4 * (case.text.count("\n", 0, case.start) + 1)
    return replace(
        case,
        suite=f"{case.suite} in f",
        text=put_in(case.text),
        start=begin,
        end=begin,
        expected=None if case.expected is None else put_in(case.expected),
    )
