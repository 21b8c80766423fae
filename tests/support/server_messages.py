"""Every message of the server and its commands, as their sources have it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from support.message import Message

PACKAGE = Path(__file__).parents[2] / "server" / "fimls"


def server_messages() -> list[Message]:
    """Return them in the order of the files."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
    errors, texts = _errors(trees.values()), _constants(trees.values())
    found: list[Message] = []
    for path, tree in trees.items():
        file = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(tree):
            match node:
                case ast.Tuple(elts=[ast.Call(func=ast.Attribute(attr="compile")), text]):
                    found.append(Message(file, node.lineno, "cause", _text(text, texts)))
                case _:
                    pass
            if isinstance(node, ast.Call) and (said := _said(node, errors)):
                kind, text = said
                found.append(Message(file, node.lineno, kind, _text(text, texts)))
    return found


def _said(node: ast.Call, errors: set[str]) -> tuple[str, ast.expr] | None:
    """Return what a call says, if it is one by which fimls says that something is wrong."""
    owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    name = ast.unparse(node.func).rpartition(".")[2]
    first = node.args[0] if node.args else None
    if name in errors and first is not None:
        return name, first
    if owner.endswith("logger") and name in ("warning", "error", "critical") and first is not None:
        return "log", first
    if re.search("problem", owner) and name in ("add", "append") and first is not None:
        return "setting", first
    if name == "CheckResult":
        given = {each.arg: each.value for each in node.keywords}
        state = given.get("state")
        says = given.get("says")
        if says is None or (isinstance(state, ast.Constant) and state.value == "ok"):
            return None
        remedy = given.get("remedy", ast.Constant(""))
        return "check", ast.JoinedStr(values=[says, ast.Constant(" → "), remedy])
    return None


def _errors(trees: Iterable[ast.Module]) -> set[str]:
    """Return the names of the classes of our own errors."""
    bases = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    known = {"FimlsError"}
    while more := {name for name, of in bases.items() if of & known} - known:
        known |= more
    return known


def _constants(trees: Iterable[ast.Module]) -> Mapping[str, str]:
    """Return the texts that modules give names in capitals."""
    return {
        target.id: node.value.value
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
        and target.id.isupper()
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


def _text(node: ast.expr, constants: Mapping[str, str]) -> str:
    match node:
        case ast.Constant(value=str() as text):
            return re.sub(r"%[sd]", "…", text)
        case ast.JoinedStr(values=values):
            return "".join(_text(each, constants) for each in values)
        case ast.FormattedValue(value=value):
            return _text(value, constants)
        case ast.BinOp(left=left, right=right, op=ast.Add()):
            return _text(left, constants) + _text(right, constants)
        case ast.IfExp(body=one, orelse=other):
            return " / ".join(filter(None, (_text(one, constants), _text(other, constants))))
        case ast.Name(id=name) if name in constants:
            return constants[name]
        case _:
            return "…"
