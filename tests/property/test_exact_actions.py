"""What actions do by the tree alone, over the standard library: Python itself says it is the same.

A renamed variable must give the same bytecode with another name in its tables. What one action does
and another one undoes must give the same syntax tree again.
"""

from __future__ import annotations

import ast
import random
import re
from functools import lru_cache, partial
from importlib import import_module
from pathlib import Path
from types import CodeType

import pytest

from fimls.refactor import Change, Refusal, Selection
from fimls.refactor.actions.convert_loop import CONVERT_LOOP
from fimls.refactor.actions.extract_function import EXTRACT_FUNCTION
from fimls.refactor.actions.extract_variable import EXTRACT_VARIABLE
from fimls.refactor.actions.inline_variable import INLINE_VARIABLE
from fimls.refactor.actions.rename import RENAME
from fimls.syntax import parse
from fimls.text import Document, Text

MODULES = ("configparser", "heapq", "shlex", "textwrap")
FRESH = "fresh_name_of_this_test"


parsed = lru_cache(maxsize=4)(parse)
program = lru_cache(maxsize=4)(partial(compile, mode="exec", dont_inherit=True))


def source(module: str) -> str:
    return Path(import_module(module).__file__ or "").read_text("utf-8")


def selection(text: str, start: int, end: int | None = None) -> Selection:
    document = Document(uri="file:///a.py", language_id="python", version=1, text=Text.parse(text))
    return Selection(
        document=document,
        text=text,
        start=start,
        end=start if end is None else end,
        parsed=parsed(text, "python"),
    )


def same_code(old: CodeType, new: CodeType, name: str) -> bool:
    """Whether two programs do the same, up to one name of variables."""

    def names(code: CodeType) -> tuple[tuple[str, ...], ...]:
        tables = (code.co_varnames, code.co_cellvars, code.co_freevars)
        return tuple(tuple(name if n == FRESH else n for n in table) for table in tables)

    inner = [c for c in old.co_consts if isinstance(c, CodeType)]
    other = [c for c in new.co_consts if isinstance(c, CodeType)]
    plain = [c for c in old.co_consts if not isinstance(c, CodeType)]
    return (
        len(inner) == len(other)
        and old.co_names == new.co_names
        and [sorted(t) for t in names(old)] == [sorted(t) for t in names(new)]
        and plain == [c for c in new.co_consts if not isinstance(c, CodeType)]
        and len(old.co_code) == len(new.co_code)
        and all(same_code(a, b, name) for a, b in zip(inner, other, strict=True))
    )


@pytest.mark.parametrize("module", MODULES)
def test_a_renamed_variable_is_the_same_variable(module: str) -> None:
    text = source(module)
    before = program(text, module)
    words = [m.start() for m in re.finditer(r"\b[a-z_]\w*", text)]
    renamed = 0
    for place in random.Random(module).sample(words, 100):
        here = selection(text, place)
        target = RENAME.find(here)
        if target is None or target.disabled:
            continue
        change = RENAME.read(here, target, FRESH)
        assert isinstance(change, Change)
        name = re.compile(r"\w+").match(text, place)
        assert name is not None
        after = program(change.after, module)
        assert same_code(before, after, name[0]), (name[0], place)
        renamed += 1
    assert renamed >= 5


@pytest.mark.parametrize("module", MODULES)
def test_what_is_extracted_and_inlined_is_as_it_was(module: str) -> None:
    text = source(module)
    nodes = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call | ast.BinOp | ast.Attribute | ast.Subscript | ast.Compare)
    ]
    lines = [0, *(m.end() for m in re.finditer("\n", text))]
    back = 0
    for node in random.Random(module).sample(nodes, min(len(nodes), 40)):
        start = lines[node.lineno - 1] + node.col_offset
        end = lines[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        here = selection(text, start, end)
        target = EXTRACT_VARIABLE.find(here)
        if target is None or target.disabled:
            continue
        change = EXTRACT_VARIABLE.read(here, target, FRESH)
        assert isinstance(change, Change)
        there = selection(change.after, change.after.index(FRESH))
        again = INLINE_VARIABLE.find(there)
        if again is None or again.disabled:
            continue
        undone = INLINE_VARIABLE.ask(there, again)
        assert isinstance(undone, Change)
        assert ast.dump(ast.parse(undone.after)) == ast.dump(ast.parse(text))
        back += 1
    assert back >= 3


def test_a_loop_that_becomes_a_comprehension_becomes_that_loop_again() -> None:
    back = 0
    for module in (*MODULES, "argparse", "difflib", "inspect"):
        text = source(module)
        for found in re.finditer(r"\w+ = (?:\[|\{|set\(|dict\(|list\()", text):
            here = selection(text, found.start())
            target = CONVERT_LOOP.find(here)
            if target is None or target.disabled:
                continue
            change = CONVERT_LOOP.ask(here, target)
            assert isinstance(change, Change)
            there = selection(change.after, found.start())
            again = CONVERT_LOOP.find(there)
            assert again is not None
            assert again.disabled is None
            undone = CONVERT_LOOP.ask(there, again)
            assert isinstance(undone, Change)
            assert ast.dump(ast.parse(undone.after)) == ast.dump(ast.parse(text))
            back += 1
    assert back >= 2


@pytest.mark.parametrize("module", MODULES)
def test_an_extracted_function_gets_every_local_name_that_it_uses(module: str) -> None:
    text = source(module)
    lines = [0, *(m.end() for m in re.finditer("\n", text))]
    runs = [
        (block[first], block[first + length])
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
        for block in [node.body, *(n.body for n in node.body if isinstance(n, ast.For | ast.If))]
        for length in (0, 1, 2)
        for first in range(len(block) - length)
    ]
    made = 0
    for first, last in random.Random(module).sample(runs, min(len(runs), 60)):
        end = lines[(last.end_lineno or 0) - 1] + (last.end_col_offset or 0)
        here = selection(text, lines[first.lineno - 1] + first.col_offset, end)
        target = EXTRACT_FUNCTION.find(here)
        if target is None or target.disabled:
            continue
        change = EXTRACT_FUNCTION.read(here, target, FRESH)
        assert not isinstance(change, Refusal)
        new, old = program(change.after, module), program(text, module)
        # A local name that the new function lacked would be looked up among the module's.
        assert globals_of(new) - {FRESH} <= globals_of(old)
        made += 1
    assert made >= 3


def globals_of(code: CodeType) -> set[str]:
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= globals_of(constant)
    return found
