"""Every message of the plug-ins for Neovim and VS Code, as their Lua and TypeScript have it.

Any sentence counts, unless it stands where titles and good news stand: so a new one is a message
until somebody says that it is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tree_sitter import Parser

from fimls.syntax.grammars import grammar_for
from support.message import Message

if TYPE_CHECKING:
    from tree_sitter import Node

_EDITORS = Path(__file__).parents[2] / "editors"

_SOURCES = {
    "lua": ("nvim/lua/**/*.lua", "nvim/plugin/**/*.lua"),
    "typescript": ("vscode/src/**/*.ts",),
}

_IS_SENTENCE = re.compile(r"[a-z`…] [a-z]+ [a-z`…\"]")

_SHOWS = {"say", "notify", "error", "warn", "nvim_err_writeln"} | {
    *("Error", "Unauthorised"),
    *("showErrorMessage", "showWarningMessage", "showInformationMessage"),
}
"""What shows a text to the user, or raises one, however short it is."""

_SAYS_NOTHING_ITSELF = ("identifier", "ternary_expression", "table_constructor")

_SUBSTITUTION = "template_substitution"

_ADVISES = ("health.error", "health.warn")
"""Here the second argument is what to do."""

_NAMES_SOMETHING = {"cancellable", "cmd", "command", "info", "install", "item", "ok"} | {
    *("HELP", "PROMPTS", "SIGNS", "description", "label", "name", "placeHolder", "prompt"),
    *("remedy", "title"),
}
"""Functions, fields and variables whose texts are names, questions, or good news."""

NO_FAULT = {
    "All is well.",
    "Connecting to the engine…",
    "Suggestions appear as you type.",
    "A suggestion is being written.",
    "The server starts.",
    "fimls is writing ...",
    "the engine is in your settings.",
    "… Text goes to ….",
    "…. … Text goes to ….",
    "… tokens for … at …. …",
    "… tokens for … at …. The answer must begin with …. …",
    "The answer must begin with ….",
    "/What is sent: … tokens",
    "lines … to …",
    "line …",
}
"""Sentences that say how things are where nothing is wrong, and what an answer is headed with."""


def editor_messages() -> list[Message]:
    """Return them in the order of the files."""
    return [each for each in _all() if each.text not in NO_FAULT]


def _all() -> Iterator[Message]:
    for language, patterns in _SOURCES.items():
        grammar = grammar_for(language)
        assert grammar is not None
        for path in sorted(file for pattern in patterns for file in _EDITORS.glob(pattern)):
            root = Parser(grammar).parse(path.read_bytes()).root_node
            file = path.relative_to(_EDITORS).as_posix()
            for node, text in _said(root, _Texts(root)):
                said = re.sub(r"…(?:\s*…)+", "…", re.sub(r"\s+", " ", text))
                said = said.removeprefix("fimls: ").strip()
                yield Message(file, node.start_point.row + 1, language, said)


def _said(node: Node, texts: _Texts) -> Iterator[tuple[Node, str]]:
    """Yield what is said in a part of a file."""
    name = _name(node)
    if name.rpartition(".")[2] in _NAMES_SOMETHING or _source(node) in texts.used:
        return
    arguments = node.child_by_field_name("arguments")
    if arguments is not None and arguments.named_children:
        given = [texts.of(each) for each in arguments.named_children]
        if name in _ADVISES:
            yield node, " → ".join(given[:2])
            return
        if name.rpartition(".")[2] in _SHOWS and re.search(r"\w{2}", given[0]):
            yield node, given[0]
            return
    text = texts.of(node)
    if _IS_SENTENCE.search(text) and node.type not in _SAYS_NOTHING_ITSELF:
        yield node, text
        return
    for child in node.named_children:
        yield from _said(child, texts)


class _Texts:
    """What the expressions of a file say."""

    def __init__(self, root: Node) -> None:
        self._named: dict[str, str] = {}
        self.used: set[str] = set()
        """What variables are given: it counts where they are used."""
        nodes = [root]
        while nodes:
            node = nodes.pop()
            nodes += node.named_children
            match node.type, node.named_children:
                case "assignment_statement", [names, values]:  # Lua's
                    self._name(names, values.named_children[0])
                case "variable_declarator", [name, value]:  # TypeScript's
                    self._name(name, value)
                case _:
                    pass

    def _name(self, name: Node, value: Node) -> None:
        text = self.of(value)
        if (
            text != "…"
            and name.type in ("identifier", "variable_list")
            and "." not in _source(name)
        ):
            self._named[_source(name)] = text
            self.used.add(_source(value))

    def of(self, node: Node) -> str:
        """Return a text that an expression makes, with `…` for what is not known."""
        parts = node.named_children
        match node.type:
            case "string":
                return re.sub(r"\\(.)", r"\1", _source(node)[1:-1].replace(r"\n", " "))
            case "template_string":
                said = (
                    self.of(each.named_children[0]) if each.type == _SUBSTITUTION else _source(each)
                    for each in parts
                )
                return "".join(said).replace(r"\n", " ")
            case "binary_expression" if any(each.type in ("..", "+") for each in node.children):
                return "".join(map(self.of, parts))
            case "binary_expression" if any(each.type in ("and", "or") for each in node.children):
                return " / ".join(filter(_is_known, map(self.of, parts))) or "…"
            case "parenthesized_expression" if len(parts) == 1:
                return self.of(parts[0])
            case "function_call" if _name(node).endswith(":format"):
                return self._formatted(node)
            case "table_constructor" if all(each.type == "field" for each in parts):
                texts = [self.of(each.named_children[-1]) for each in parts]
                return " ".join(texts) if all(map(_is_known, texts)) else "…"
            case "ternary_expression":
                return " / ".join(filter(_is_known, map(self.of, parts[1:]))) or "…"
            case "identifier" | "shorthand_property_identifier":
                return self._named.get(_source(node), "…")
            case _:
                return "…"

    def _formatted(self, call: Node) -> str:
        """Return what Lua's `("..."):format(...)` makes."""
        function, arguments = call.named_children
        given = [self.of(each) for each in arguments.named_children]
        return re.sub(
            r"%[sd]", lambda _: given.pop(0) if given else "…", self.of(function.named_children[0])
        )


def _is_known(text: str) -> bool:
    return text not in ("", "…")


def _name(node: Node) -> str:
    """Return the name of what a call calls, of a field or of a variable; or nothing."""
    for field in ("function", "constructor", "name", "key", "pattern"):
        if (named := node.child_by_field_name(field)) is not None:
            return _source(named)
    return ""


def _source(node: Node) -> str:
    return (node.text or b"").decode()
