"""Checks of changes: what only documents, annotates or comments is accepted, all else refused.

The texts are modules of the standard library; what is inserted into them, and what else is changed,
is generated. Python's own tokenizer and parser find the places, not the code under test.
"""

from __future__ import annotations

import ast
import io
import keyword
import random
import sysconfig
import tokenize
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fimls.refactor import Change, Check
from fimls.refactor.checks import CHECKS, keeping_comments, keeping_definitions, parses, same_code

SMALL = 12_000
MODULES = [
    file
    for file in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    if 1_000 < file.stat().st_size < SMALL
]
EXAMPLES = settings(max_examples=settings().max_examples // 3)
NOT_CODE = same_code(docstrings=True, annotations=True, comments=True)
seeds = st.integers(0, 2**32).map(random.Random)
modules = st.sampled_from(MODULES)
Edit = tuple[int, int, str]
"""What is replaced, by offsets, and by what."""


def change(before: str, after: str, language: str = "python") -> Change:
    return Change(before=before, after=after, start=0, end=len(before), language=language)


class Source:
    """A module and where things are in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = parsed(text)
        self.starts = [0]
        for line in text.split("\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.lines = text.split("\n")
        self.tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
        self.nodes = list(ast.walk(self.tree))

    def at(self, line: int, column: int) -> int:
        """Return the offset of Python's position, which counts bytes."""
        return self.starts[line - 1] + len(self.lines[line - 1].encode()[:column].decode())

    def span(self, node: ast.AST) -> tuple[int, int]:
        return (
            self.at(node.lineno, node.col_offset),
            self.at(node.end_lineno, node.end_col_offset),
        )

    def token_span(self, token: tokenize.TokenInfo) -> tuple[int, int]:
        (line, column), (end_line, end_column) = token.start, token.end
        return self.starts[line - 1] + column, self.starts[end_line - 1] + end_column

    @property
    def hints(self) -> list[tuple[int, int]]:
        found = (
            getattr(node, name, None) for node in self.nodes for name in ("annotation", "returns")
        )
        return [self.span(hint) for hint in found if hint is not None]

    @property
    def documented(self) -> list[ast.AST]:
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        return [node for node in self.nodes if isinstance(node, kinds)]

    @property
    def docstrings(self) -> list[ast.stmt]:
        owners = (*self.documented, self.tree)
        return [node.body[0] for node in owners if ast.get_docstring(node, clean=False) is not None]

    def bodies(self) -> Iterator[list[ast.stmt]]:
        for node in self.nodes:
            for name in ("body", "orelse", "finalbody"):
                body = getattr(node, name, None)
                if isinstance(body, list) and body:
                    yield body

    def code_tokens(self, kind: int) -> list[tokenize.TokenInfo]:
        """Return tokens that are neither in a docstring nor in a type hint."""
        free = [self.span(node) for node in self.docstrings] + self.hints
        found = list[tokenize.TokenInfo]()
        for token in self.tokens:
            start, end = self.token_span(token)
            inside = any(first <= start and end <= last for first, last in free)
            if token.type == kind and not inside:
                found.append(token)
        return found


def parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


@cache
def source(file: Path) -> Source:
    return Source(file.read_text(encoding="utf-8").replace("\r\n", "\n"))


def edited(text: str, edits: list[Edit]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def some(found: list, chance: random.Random, most: int = 8) -> list:
    return chance.sample(found, min(len(found), chance.randint(1, most)))


def words(chance: random.Random) -> str:
    texts = ("Return the result.", "x = 1", "Eine Größe, größer als 0", "see: `f(x)`", "a  b # c")
    return chance.choice(texts)


# What may be inserted.


def docstrings(of: Source, chance: random.Random) -> list[Edit]:
    edits = list[Edit]()
    for node in some(of.documented, chance):
        first = node.body[0]
        if ast.get_docstring(node, clean=False) is not None:
            if chance.random() < 0.5:
                edits.append((*of.span(first), f'"""{words(chance)}"""'))
        elif (
            first.lineno > node.lineno
            and not of.lines[first.lineno - 1][: first.col_offset].strip()
        ):
            line = min([first.lineno, *(d.lineno for d in getattr(first, "decorator_list", []))])
            blank = of.lines[line - 1][: first.col_offset]
            quote = chance.choice(('"""', "'''", 'r"""'))
            text = f"{words(chance)}\n\n{blank}{words(chance)}\n{blank}"
            start = of.starts[line - 1]
            edits.append((start, start, f"{blank}{quote}{text}{quote[-3:]}\n"))
    return edits


def type_hints(of: Source, chance: random.Random) -> list[Edit]:
    edits = list[Edit]()
    hints = ("int", "list[str]", "'Later'", "int | None", "a.b", "dict[str, tuple[int, ...]]")
    functions = [
        node
        for node in of.documented
        if not isinstance(node, ast.ClassDef) and not node.decorator_list
    ]
    for node in some(functions, chance):
        arguments = node.args
        every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        for argument in every:
            if argument.annotation is None and chance.random() < 0.7:
                end = of.span(argument)[1]
                edits.append((end, end, f": {chance.choice(hints)}"))
        if node.returns is None and (end := head_end(of, node)) is not None:
            edits.append((end, end, f" -> {chance.choice(hints)}"))
        # Names that a function shares with the outside cannot be annotated.
        if any(isinstance(each, ast.Global | ast.Nonlocal) for each in ast.walk(node)):
            continue
        for each in node.body:
            simple = isinstance(each, ast.Assign) and len(each.targets) == 1
            if simple and isinstance(each.targets[0], ast.Name):
                end = of.span(each.targets[0])[1]
                if of.text[end:].lstrip(" ").startswith("="):
                    edits.append((end, end, f": {chance.choice(hints)}"))
    return edits


def head_end(of: Source, node: ast.AST) -> int | None:
    """Return where the colon of a function's head is."""
    depth, begun = 0, False
    for token in of.tokens:
        begun = begun or token.start == (node.lineno, node.col_offset)
        if begun and token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
            if token.string == ":" and depth == 0:
                return of.token_span(token)[0]
    return None


def comments(of: Source, chance: random.Random) -> list[Edit]:
    edits = list[Edit]()
    lines = [token for token in of.tokens if token.type == tokenize.NEWLINE]
    for token in some(lines, chance):
        start = of.token_span(token)[0]
        if not any(t.type == tokenize.COMMENT and t.end[0] == token.start[0] for t in of.tokens):
            edits.append((start, start, f"  # {words(chance)}"))
    for token in some(lines, chance):
        start = of.starts[token.start[0]]
        edits.append((start, start, f"{' ' * chance.randint(0, 8)}# {words(chance)}\n"))
    return edits


ADDITIONS: dict[str, tuple[Callable[[Source, random.Random], list[Edit]], Check]] = {
    "docstrings": (docstrings, same_code(docstrings=True)),
    "type hints": (type_hints, same_code(annotations=True)),
    "comments": (comments, same_code(comments=True)),
}


@pytest.mark.parametrize("kind", ADDITIONS)
@EXAMPLES
@given(modules, seeds)
def test_what_is_only_added_is_accepted(kind: str, file: Path, chance: random.Random) -> None:
    add, check = ADDITIONS[kind]
    of = source(file)
    after = edited(of.text, add(of, chance))
    assume(after != of.text)
    parsed(after)
    assert check(change(of.text, after)) is None
    assert NOT_CODE(change(of.text, after)) is None
    assert parses(change(of.text, after)) is None
    # Each of them is more than the other checks let pass.
    assert same_code()(change(of.text, after)) is not None


@EXAMPLES
@given(modules, seeds)
def test_all_of_it_together_is_accepted(file: Path, chance: random.Random) -> None:
    text = source(file).text
    for add, _ in ADDITIONS.values():
        of = Source(text)
        text = edited(text, add(of, chance))
    assert NOT_CODE(change(source(file).text, text)) is None


# What may not be changed.


def operator(of: Source, chance: random.Random) -> list[Edit]:
    others = {"+": "-", "-": "+", "*": "+", "<": ">=", ">": "<", "==": "!=", "!=": "==", "<=": "<"}
    others |= {"and": "or", "or": "and", "%": "*", "+=": "-=", "|": "&", "is": "in"}
    found = of.code_tokens(tokenize.OP) + of.code_tokens(tokenize.NAME)
    token = chance.choice([each for each in found if each.string in others])
    return [(*of.token_span(token), others[token.string])]


def name(of: Source, chance: random.Random) -> list[Edit]:
    found = [t for t in of.code_tokens(tokenize.NAME) if not keyword.iskeyword(t.string)]
    token = chance.choice(found)
    return [(*of.token_span(token), chance.choice((f"{token.string}_", "other")))]


def constant(of: Source, chance: random.Random) -> list[Edit]:
    token = chance.choice(of.code_tokens(tokenize.NUMBER))
    return [(*of.token_span(token), "7" if token.string != "7" else "8")]


def truth(of: Source, chance: random.Random) -> list[Edit]:
    others = {"True": "False", "False": "True", "None": "0"}
    token = chance.choice([t for t in of.code_tokens(tokenize.NAME) if t.string in others])
    return [(*of.token_span(token), others[token.string])]


def string(of: Source, chance: random.Random) -> list[Edit]:
    token = chance.choice([t for t in of.code_tokens(tokenize.STRING) if t.string[0] in "'\""])
    start, _ = of.token_span(token)
    place = start + (3 if token.string[:3] in ('"""', "'''") else 1)
    return [(place, place, chance.choice(("x", " ", "\\n")))]


def whole_lines(of: Source, body: list[ast.stmt]) -> list[tuple[ast.stmt, int, int]]:
    """Return the statements of a body that stand alone on their lines, decorators included."""
    found = list[tuple[ast.stmt, int, int]]()
    for node in body:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        before = of.lines[node.lineno - 1][: node.col_offset].strip()
        behind = of.text[of.span(node)[1] : of.starts[node.end_lineno]].strip()
        if not before and (not behind or behind.startswith("#")):
            found.append((node, of.starts[first - 1], of.starts[node.end_lineno]))
    return found


def deleted(of: Source, chance: random.Random) -> list[Edit]:
    bodies = [body for body in of.bodies() if len(body) > 1]
    node, start, end = chance.choice(whole_lines(of, chance.choice(bodies)))
    # What holds only the place of a body says nothing, and for docstrings there is another test.
    assume(not isinstance(node, ast.Pass) and node not in of.docstrings)
    return [(start, end, "")]


def doubled(of: Source, chance: random.Random) -> list[Edit]:
    _, start, end = chance.choice(whole_lines(of, chance.choice(list(of.bodies()))))
    text = of.text[start:end]
    return [(end, end, text if text.endswith("\n") else f"\n{text}")]


def swapped(of: Source, chance: random.Random) -> list[Edit]:
    bodies = [lines for body in of.bodies() if len(lines := whole_lines(of, body)) > 1]
    lines = chance.choice(bodies)
    number = chance.randrange(len(lines) - 1)
    (one, start, end), (other, next_start, next_end) = lines[number : number + 2]
    assume(ast.dump(one) != ast.dump(other) and end <= next_start)
    return [(start, end, of.text[next_start:next_end]), (next_start, next_end, of.text[start:end])]


def default(of: Source, chance: random.Random) -> list[Edit]:
    every = [each for each in of.nodes if isinstance(each, ast.arguments)]
    found = [value for each in every for value in (*each.defaults, *each.kw_defaults) if value]
    return [(*of.span(chance.choice(found)), "object()")]


def decorator(of: Source, chance: random.Random) -> list[Edit]:
    found = [d for node in of.documented for d in node.decorator_list]
    start, end = of.span(chance.choice(found))
    line = of.text.rfind("\n", 0, start) + 1
    return [(line, of.text.find("\n", end) + 1, "")]


def docstring_lost(of: Source, chance: random.Random) -> list[Edit]:
    return [(*of.span(chance.choice(of.docstrings)), chance.choice(("pass", "None", "b''")))]


def pragma(of: Source, chance: random.Random) -> list[Edit]:
    token = chance.choice([t for t in of.tokens if t.type == tokenize.NEWLINE])
    assume(not any(t.type == tokenize.COMMENT and t.end[0] == token.start[0] for t in of.tokens))
    start = of.token_span(token)[0]
    return [(start, start, chance.choice(("  # type: ignore", "  # noqa", "  # pragma: no cover")))]


def bare_hint(of: Source, chance: random.Random) -> list[Edit]:
    """A declaration without a value makes a name local."""
    functions = [n for n in of.documented if not isinstance(n, ast.ClassDef)]
    lines = whole_lines(of, chance.choice(functions).body)
    node, _, end = chance.choice(lines)
    return [(end, end, f"{' ' * node.col_offset}{chance.choice(('len', 'fresh'))}: int\n")]


def called_hint(of: Source, chance: random.Random) -> list[Edit]:
    functions = [node for node in of.documented if not isinstance(node, ast.ClassDef)]
    found = [argument for each in functions for argument in each.args.args]
    end = of.span(chance.choice([argument for argument in found if not argument.annotation]))[1]
    return [(end, end, chance.choice((": f()", ": (x := 1)", ": [y for y in z]", ": 'a' | None")))]


OTHERS = (
    operator,
    name,
    constant,
    truth,
    string,
    deleted,
    doubled,
    swapped,
    default,
    decorator,
    docstring_lost,
    pragma,
    bare_hint,
    called_hint,
)


@pytest.mark.parametrize("alter", OTHERS, ids=lambda alter: alter.__name__)
@EXAMPLES
@given(seeds)
def test_any_other_change_is_refused(
    alter: Callable[[Source, random.Random], list[Edit]], chance: random.Random
) -> None:
    for file in chance.sample(MODULES, len(MODULES)):
        of = source(file)
        with suppress(IndexError):  # the module has no such place
            after = edited(of.text, alter(of, chance))
            break
    assume(after != of.text)
    try:
        parsed(after)
    except SyntaxError:
        assert parses(change(of.text, after)) is not None
    assert NOT_CODE(change(of.text, after)) is not None
    # Documentation and comments besides do not hide it.
    try:
        of = Source(after)
    except (SyntaxError, tokenize.TokenError):
        return
    hidden = edited(after, docstrings(of, chance) if alter is not docstring_lost else [])
    assert NOT_CODE(change(source(file).text, hidden)) is not None


# What holds for all checks.

EVERY: dict[str, Check] = {
    **CHECKS,
    "no code": NOT_CODE,
    "names": keeping_definitions(signatures=False),
    "words": keeping_comments(documentation=False, tasks=False),
}
LANGUAGES = (
    *("python", "javascript", "typescript", "typescriptreact", "go", "rust", "java", "c", "cpp"),
    *("csharp", "ruby", "php", "kotlin", "lua", "shellscript", "html", "css", "json", "yaml"),
    *("plaintext", "haskell"),
)
PIECES = (
    "def f(a, b=1):\n",
    "    return a\n",
    "class A:\n",
    "  # a comment\n",
    "// TODO\n",
    "/* a */",
    "function f(x) { return x }\n",
    "import a.b as c\n",
    "#include <a.h>\n",
    "use a::{b, c as d, *};\n",
    'import ("f"; . "g")\n',
    "x = '''\n",
    '"',
    "`${",
    "{",
    "}",
    "((",
    "\t",
    "\r\n",
    "\r",
    "\0",
    "\ud800",
    "𝒳 = 1\n",
    "\x0c",
    "@a\n",
    "<?php $a = 1;",
    "end\n",
)
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=14).map("".join)


@given(texts, texts, texts, texts, st.sampled_from(LANGUAGES))
def test_checks_are_pure_and_never_raise(
    head: str, old: str, new: str, tail: str, language: str
) -> None:
    made = Change.replacing(
        head + old + tail, len(head), len(head) + len(old), new, language=language
    )
    for check in EVERY.values():
        said = check(made)
        assert said is None or (said and "\n" not in said)
        assert check(made) == said


@given(texts, texts, texts, st.sampled_from(LANGUAGES))
def test_what_stays_as_it_is_passes(head: str, part: str, tail: str, language: str) -> None:
    made = Change.replacing(
        head + part + tail, len(head), len(head) + len(part), part, language=language
    )
    assert [name for name, check in EVERY.items() if check(made)] == []


@pytest.mark.parametrize("language", ["python", "javascript"])
@pytest.mark.parametrize(
    "deep",
    ["(" * 300 + "1" + ")" * 300, "[" * 3_000, "-" * 900 + "1", "a." * 900 + "b", "{" * 900],
    ids=["brackets", "open", "signs", "members", "braces"],
)
def test_depth_does_not_matter(language: str, deep: str) -> None:
    for before, after in ((deep, deep), ("x = 1\n", deep), (deep, "x = 1\n")):
        for check in EVERY.values():
            said = check(change(before, after, language))
            assert said is None or before != after
