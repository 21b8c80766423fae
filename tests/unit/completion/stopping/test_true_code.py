"""How often a completion ends where the true code ended, on code that exists.

A hole is cut into a file. What is fed is the hole's text followed by the rest of the file, as a
model writes that does not know when to stop; `pytest -rP` prints how often the hole is shown.
"""

from __future__ import annotations

import ast
import random
import sysconfig
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fimls.completion.post_processing import post_process
from fimls.completion.stopping import Stopping
from fimls.completion.surroundings import Surroundings
from fimls.syntax import parse

CODE = Path(__file__).parents[3] / "data" / "stopping" / "code"
LANGUAGES = {
    ".c": "c",
    ".cpp": "cpp",
    ".css": "css",
    ".go": "go",
    ".html": "html",
    ".java": "java",
    ".jsx": "javascriptreact",
    ".kt": "kotlin",
    ".lua": "lua",
    ".rb": "ruby",
    ".rs": "rust",
    ".sh": "shellscript",
    ".ts": "typescript",
}
MODULES = [
    *("argparse", "ast", "calendar", "cmd", "configparser", "copy", "csv", "dataclasses"),
    *("difflib", "enum", "fnmatch", "ftplib", "functools", "gettext", "graphlib", "heapq"),
    *("imaplib", "inspect", "json/decoder", "json/encoder", "logging/__init__", "mailbox"),
    *("netrc", "optparse", "pathlib", "pickle", "platform", "plistlib", "pprint", "queue"),
    *("random", "sched", "selectors", "shelve", "shlex", "shutil", "smtplib", "socketserver"),
    *("statistics", "string", "subprocess", "tarfile", "tempfile", "textwrap", "threading"),
    *("timeit", "traceback", "types", "typing", "uuid", "wave", "weakref"),
]
MOST_LINES = 20


@dataclass(frozen=True)
class Hole:
    kind: str
    source: str
    start: int
    end: int
    language: str

    @property
    def text(self) -> str:
        return self.source[self.start : self.end]

    @property
    def column(self) -> str:
        return self.source[self.source.rfind("\n", 0, self.start) + 1 : self.start]

    @property
    def below(self) -> str:
        return [*self.source[self.end :].split("\n"), ""][1]


def show(hole: Hole, follows: str) -> str:
    above = hole.source[: hole.start].split("\n")
    below = hole.source[hole.end :].split("\n")
    around = Surroundings(
        above=tuple(above[:-1]),
        before=above[-1],
        after=below[0],
        below=tuple(below[1:]),
        language_id=hole.language,
    )
    stopping = Stopping(around, lines="auto", max_lines=2 * MOST_LINES)
    text = hole.text + follows
    for end in range(4, len(text) + 4, 4):
        if stopping.feed(text[:end]):
            break
    return post_process(stopping.shown, around).suggestion.text


def parts_of_line(source: str, start: int, end: int, language: str) -> Iterator[Hole]:
    first, last = start + (end - start) // 3, start + 2 * (end - start) // 3
    if "\n" not in source[start:end] and end - start > 8:
        yield Hole("rest of line", source, first, end, language)
        yield Hole("inside line", source, first, last, language)


def python_holes(source: str) -> Iterator[Hole]:
    lines, starts = source.split("\n"), [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)

    def offset(line: int, byte: int) -> int:
        return starts[line - 1] + len(lines[line - 1].encode()[:byte].decode())

    def begins(node: ast.stmt) -> int | None:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        blank = not lines[first - 1][: node.col_offset].strip()
        # What the tree has as `if` in an `else` is no statement of its own if it reads `elif`.
        elif_ = lines[first - 1].lstrip().startswith("elif")
        return starts[first - 1] + node.col_offset if blank and not elif_ else None

    def ends(node: ast.stmt) -> int | None:
        end = offset(node.end_lineno or 0, node.end_col_offset or 0)
        return end if not source[end:].partition("\n")[0].strip() else None

    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef)):
            continue
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if not isinstance(body, list) or not body or not isinstance(body[0], ast.stmt):
                continue
            start, end = begins(body[0]), ends(body[-1])
            if start is not None and end is not None:
                yield Hole("block", source, start, end, "python")
            for statement in body:
                start, end = begins(statement), ends(statement)
                if start is not None and end is not None:
                    yield Hole("statement", source, start, end, "python")
                    yield from parts_of_line(source, start, end, "python")


KINDS = ("_statement", "_declaration", "_definition", "_item")
OTHER_KINDS = {"declaration", "call", "assignment", "method", "rule_set", "element", "command"}


def other_holes(source: str, language: str) -> Iterator[Hole]:
    parsed = parse(source, language)
    assert parsed is not None

    def walk(node):
        start = parsed.offset(node.start_byte)
        end = start + len(source[start : parsed.offset(node.end_byte)].rstrip())
        alone = not source[source.rfind("\n", 0, start) + 1 : start].strip()
        alone = alone and not source[end:].partition("\n")[0].strip()
        named = node.type.endswith(KINDS) or node.type in OTHER_KINDS
        if node.is_named and named and alone and start:
            yield Hole("statement", source, start, end, language)
            yield from parts_of_line(source, start, end, language)
        children = node.children
        if children and (children[0].type, children[-1].type) == ("{", "}"):
            inner = source[start + 1 : end - 1]
            if inner.strip() and inner.lstrip(" \t").startswith("\n"):
                first = start + 1 + len(inner) - len(inner.lstrip())
                last = end - 1 - len(inner) + len(inner.rstrip())
                yield Hole("block", source, first, last, language)
        elif language in ("ruby", "lua") and node.type in ("body_statement", "block") and alone:
            yield Hole("block", source, start, end, language)
        for child in children:
            yield from walk(child)

    return iter(dict.fromkeys(walk(parsed.root)))


def from_library() -> list[Hole]:
    chosen, choose = list[Hole](), random.Random(7)
    for name in MODULES:
        path = Path(sysconfig.get_paths()["stdlib"], f"{name}.py")
        holes = [h for h in python_holes(path.read_text("utf-8")) if few_lines(h)]
        for kind in sorted({hole.kind for hole in holes}):
            of_kind = [hole for hole in holes if hole.kind == kind]
            chosen += choose.sample(of_kind, min(5, len(of_kind)))
    return chosen


def few_lines(hole: Hole) -> bool:
    return hole.text.count("\n") < MOST_LINES


def shares(holes: list[Hole], follows) -> dict[tuple[str, str], tuple[int, int]]:
    right, of = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for hole in holes:
        after = follows(hole)
        if after is not None:
            key = hole.language, hole.kind
            of[key] += 1
            right[key] += show(hole, after).strip() == hole.text.strip()
    table = {key: (right[key], of[key]) for key in sorted(of)}
    for (language, kind), (good, total) in table.items():
        print(f"{language:16} {kind:14} {good:4} of {total:4}  {good / total:6.1%}")
    return table


def the_rest(hole: Hole) -> str:
    return hole.source[hole.end :][:1500]


def something_else(hole: Hole) -> str | None:
    """What no line below gives away: only the statement itself says where it ends."""
    if hole.kind != "statement" or hole.column.strip() or not hole.below.startswith(hole.column):
        return None
    if not hole.below.strip() or after_comment(hole):
        return None
    call = {"css": "other: 1px;", "html": "<b>other</b>", "shellscript": "other one"}
    no_semicolon = ("python", "ruby", "lua", "go", "kotlin")
    plain = "other()" if hole.language in no_semicolon else "other();"
    return f"\n{hole.column}{call.get(hole.language, plain)}" * 3 + "\n"


def after_comment(hole: Hole) -> bool:
    """There, a completion is a paragraph, not a statement."""
    line = hole.source[: hole.start].rstrip(" \t").removesuffix("\n").rpartition("\n")[2].strip()
    return line.startswith(("#", "//", "--")) or line.endswith("*/")


LIBRARY = from_library()
SAMPLES = [
    hole
    for path in sorted(CODE.iterdir())
    for hole in other_holes(path.read_text("utf-8"), LANGUAGES[path.suffix])
    if few_lines(hole)
]


@pytest.mark.parametrize("follows", [the_rest, something_else])
def test_python(follows):
    table = shares(LIBRARY, follows)
    assert len(LIBRARY) >= 500
    assert all(right >= 0.97 * of for right, of in table.values())


@pytest.mark.parametrize("follows", [the_rest, something_else])
def test_other_languages(follows):
    table = shares(SAMPLES, follows)
    assert len({language for language, _ in table}) == len(LANGUAGES)
    assert sum(right for right, _ in table.values()) >= 0.97 * sum(of for _, of in table.values())
    assert all(right >= 0.8 * of for right, of in table.values())


def test_samples_are_well_formed():
    for path in sorted(CODE.iterdir()):
        parsed = parse(path.read_text("utf-8"), LANGUAGES[path.suffix])
        assert parsed is not None
        assert not parsed.root.has_error, path.name
