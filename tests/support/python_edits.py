"""Edits of Python modules: such that only document, annotate or comment, and such that do not."""

from __future__ import annotations

import ast
import keyword
import random
import tokenize
from collections.abc import Callable

from hypothesis import assume

from support.python_source import Edit, Source

Editing = Callable[[Source, random.Random], list[Edit]]
"""Makes edits; an IndexError says that the module has no place for them."""


def some(found: list, chance: random.Random, most: int = 8) -> list:
    return chance.sample(found, min(len(found), chance.randint(1, most)))


def words(chance: random.Random) -> str:
    texts = ("Return the result.", "x = 1", "Eine Größe, größer als 0", "see: `f(x)`", "a  b # c")
    return chance.choice(texts)


# What only documents, annotates or comments.


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


# What does not.


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
