"""Programs with one normal form do the same: random ones, executed with all their values."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Generator
from contextlib import contextmanager
from itertools import product
from typing import cast

import pytest

from fimls.refactor.verification.normal_form import normal_form

VALUES = (None, 0, 2)
TESTS = (
    "a",
    "not a",
    "b",
    "a is None",
    "a is not None",
    "a and b",
    "a or b",
    "not (a and b)",
    "not a or not b",
    "t(1)",
    "not t(1)",
    "t(1) and b",
    "bool(b)",
    "0 < t(2) < 3",
    "0 < c < 3",
    "not 0 < c < 3",
    "0 < c and c < 3",
    "c in d",
    "c in d.keys()",
    "True if a else False",
)
RESULTS = (
    "",
    " None",
    " a",
    " x",
    " a or b",
    " a if a else b",
    " not a",
    " not not a",
    " bool(a)",
    " True if a else False",
    " t(3)",
    " a is None and b is None",
    " any(e == c for e in d)",
    " all(e != c for e in d if e)",
    " 'p q'.split()",
    " ['p', 'q']",
    " d.get(c, None)",
    " d.get(c)",
)
SIMPLE = (
    "t(4)",
    "x = t(5)",
    "x = a if b else c",
    "x = a or c",
    "s.add(c)",
    "s.update(e for e in d)",
    "del x",
    "pass",
    "x = 1",
)


def block(chance: random.Random, depth: int, *, loop: bool) -> list[str]:
    """Return the lines of some statements."""
    lines: list[str] = []
    for _ in range(chance.choice((1, 1, 2, 2, 3))):
        kind = chance.random() if depth else chance.random() * 0.5
        if kind < 0.25:
            lines.append(chance.choice(SIMPLE))
        elif kind < 0.5:
            ends = [f"return{chance.choice(RESULTS)}"] * 3
            lines.append(chance.choice([*ends, "continue", "break"] if loop else ends))
        elif kind < 0.85:
            lines += [f"if {chance.choice(TESTS)}:", *inner(chance, depth, loop=loop)]
            if chance.random() < 0.3:
                lines += [f"elif {chance.choice(TESTS)}:", *inner(chance, depth, loop=loop)]
            if chance.random() < 0.5:
                lines += ["else:", *inner(chance, depth, loop=loop)]
        elif kind < 0.92:
            lines += ["for e in d:", *inner(chance, depth, loop=True)]
            if chance.random() < 0.4:
                lines += ["else:", *inner(chance, depth, loop=loop)]
        elif kind < 0.96:
            lines += ["with w(6), w(7):", *inner(chance, depth, loop=loop)]
        else:
            lines += ["try:", *inner(chance, depth, loop=loop)]
            lines += ["finally:", *inner(chance, 0, loop=False)]
    return lines


def inner(chance: random.Random, depth: int, *, loop: bool) -> list[str]:
    return [f"    {line}" for line in block(chance, max(depth - 1, 0), loop=loop)]


def program(lines: list[str]) -> str:
    head = ["def f(a, b, c, t, w):", "    x = 0", "    d = {0: 1, 2: 3}", "    s = set()"]
    return "\n".join([*head, *(f"    {line}" for line in lines), "    return s"])


class Rearranged(ast.NodeTransformer):
    """Writes branches in another way, sometimes a wrong one."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in ("body", "orelse"):
            statements = cast("list[ast.stmt] | None", getattr(node, name, None))
            if not isinstance(statements, list) or isinstance(node, ast.Module):
                continue
            for at, each in enumerate(statements):
                if isinstance(each, ast.If) and self.chance.random() < 0.5:
                    setattr(node, name, [*statements[:at], *self.other(each, statements[at + 1 :])])
                    break
        return node

    def other(self, node: ast.If, rest: list[ast.stmt]) -> list[ast.stmt]:
        negated = ast.UnaryOp(ast.Not(), node.test)
        ways: list[list[ast.stmt]] = [
            [ast.If(negated, node.orelse or [ast.Pass()], node.body), *rest],
            [ast.If(node.test, node.body, []), *node.orelse, *rest],
            [ast.If(node.test, node.body, [*node.orelse, *rest])],
            [ast.If(negated, [*node.orelse, *rest] or [ast.Pass()], node.body)],
            [ast.If(node.test, [*node.body, *rest], [*node.orelse, *rest])],
        ]
        match node.test, node.body:
            case ast.BoolOp(ast.And(), [first, second]), _:
                within: list[ast.stmt] = [ast.If(second, node.body, node.orelse)]
                ways += [[ast.If(first, within, node.orelse), *rest]] * 3
            case _, [ast.If() as inside] if not inside.orelse and not node.orelse:
                both = ast.BoolOp(ast.And(), [node.test, inside.test])
                ways += [[ast.If(both, inside.body, []), *rest]] * 3
            case _:
                pass
        return self.chance.choice(ways)


def done(text: str) -> list[object] | None:
    """Return all that a program does, or None where it is none."""
    space: dict[str, Callable[..., object]] = {}
    try:
        exec(compile(text, "<test>", "exec"), space)
    except SyntaxError:
        return None
    seen: list[object] = []
    for values in product(VALUES, VALUES, VALUES, (0, 1)):
        did: list[object] = []

        def told(number: int, did: list[object] = did, truth: int = values[3]) -> int:
            did.append(number)
            return truth

        @contextmanager
        def around(number: int, did: list[object] = did) -> Generator[None]:
            did.append(f"enter {number}")
            try:
                yield
            finally:
                did.append(f"leave {number}")

        try:
            seen.append((did, repr(space["f"](*values[:3], told, around))))
        except (NameError, TypeError) as error:
            seen.append((did, type(error).__name__))
    return seen


@pytest.mark.parametrize("seed", range(3))
def test_one_normal_form_means_one_behaviour(seed: int) -> None:
    chance = random.Random(seed)
    known: dict[str, tuple[str, list[object]]] = {}
    pairs = 0
    for _ in range(80):
        text = program(block(chance, 3, loop=False))
        try:
            versions = {text, *(ast.unparse(Rearranged(chance).visit(ast.parse(text)))
                                for _ in range(6))}  # fmt: skip
        except SyntaxError:
            continue
        for version in sorted(versions):
            seen = done(version)
            if seen is None:
                continue
            form = normal_form(ast.parse(version))
            before = known.setdefault(form, (version, seen))
            assert before[1] == seen, f"{before[0]}\n\nis not\n\n{version}"
            pairs += before[0] != version
    assert pairs > 100
