"""What a text imports, and under which names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fimls.syntax.parsed_text import Parsed
from fimls.syntax.tree_walk import walk
from fimls.syntax.word_sets import words

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True, slots=True)
class Import:
    """One thing that is imported.

    Attributes:
        names: the names one of which it is used by; empty where the text does not tell: whole
            namespaces, included files, modules that are imported for what they do.
        text: what is imported, as one reads it.
        start: offset of the statement, or of the part of it.
        end: offset after that.
    """

    names: frozenset[str]
    text: str
    start: int
    end: int


def imports(parsed: Parsed) -> list[Import]:
    """Return what a text imports, in its order."""
    found = list[Import]()
    for node in walk(parsed.root, lambda node: node.type in _WITHOUT_IMPORTS):
        read = _READERS.get(node.type) if node.is_named else None
        if node.type == "import_declaration" and _is_of_go(node):
            continue  # its parts are what is imported
        if node.type == "call" and _is_require(parsed, node):
            read = _nothing
        if read is None:
            continue
        start, end = parsed.offset(node.start_byte), parsed.offset(node.end_byte)
        names = read(parsed, node)
        if not names:
            found.append(Import(frozenset(), parsed.words_of(node).rstrip("; "), start, end))
        for each in names:
            found.append(Import(frozenset(each.split()), each.split()[0], start, end))
    return found


def _nothing(parsed: Parsed, node: Node) -> list[str]:
    return []


def _python(parsed: Parsed, node: Node) -> list[str]:
    names = list[str]()
    for name in node.children_by_field_name("name"):
        alias = name.child_by_field_name("alias")
        text = parsed.text_of(alias or name)
        names.append(text.partition(".")[0])
    return names


def _python_or_script(parsed: Parsed, node: Node) -> list[str]:
    if node.children_by_field_name("name"):
        return _python(parsed, node)
    names = list[str]()
    for part in walk(node):
        parent = part.parent.type if part.parent else ""
        if part.type == "import_specifier":
            name = part.child_by_field_name("alias") or part.child_by_field_name("name")
            names.append(parsed.text_of(name) if name else "")
        elif part.type == "identifier" and parent in ("import_clause", "namespace_import"):
            names.append(parsed.text_of(part))
    return [name for name in names if name]


def _go(parsed: Parsed, node: Node) -> list[str]:
    name, path = node.child_by_field_name("name"), node.child_by_field_name("path")
    if name is not None:
        return [parsed.text_of(name)] if name.type == "package_identifier" else []
    parts = (parsed.text_of(path) if path else "").strip('"`').split("/")
    if len(parts) > 1 and re.fullmatch(r"v\d+", parts[-1]):
        parts.pop()
    # A package is called as its folder is, mostly: without a version, a prefix or a suffix.
    words = [parts[-1], *re.split(r"[.-]", parts[-1])]
    return [" ".join(word for word in words if word)]


def _rust(parsed: Parsed, node: Node) -> list[str]:
    names = list[str]()
    for part in walk(node):
        parent = part.parent
        if part.type == "use_wildcard":
            return []
        if part.type == "use_as_clause":
            alias = part.child_by_field_name("alias")
            names.append(parsed.text_of(alias) if alias else "")
        elif parent is None or parent.type == "use_as_clause" or part.type == "use_as_clause":
            continue
        elif part.type == "self" and parent.type == "use_list":
            path = parent.parent and parent.parent.child_by_field_name("path")
            names.append(parsed.text_of(path).rpartition("::")[2] if path else "")
        elif part.type == "scoped_identifier" and parent.type in ("use_list", "use_declaration"):
            names.append(parsed.text_of(part).rpartition("::")[2])
        elif part.type == "identifier" and parent.type in ("use_list", "use_declaration"):
            names.append(parsed.text_of(part))
    # Traits are used through their methods, without their names.
    return [name for name in names if name and not name.endswith("Ext") and name not in _TRAITS]


def _last_word(parsed: Parsed, node: Node) -> list[str]:
    text = parsed.text_of(node)
    words = re.findall(r"\w+", text)
    return words[-1:] if "*" not in text and "._" not in text else []


def _alias(parsed: Parsed, node: Node) -> list[str]:
    alias = node.child_by_field_name("name")
    return [parsed.text_of(alias)] if alias else []


def _php(parsed: Parsed, node: Node) -> list[str]:
    clauses = (each for each in walk(node) if each.type == "namespace_use_clause")
    return [
        words[-1] for clause in clauses if (words := re.findall(r"\w+", parsed.text_of(clause)))
    ]


def _is_of_go(node: Node) -> bool:
    return any(child.type.startswith("import_spec") for child in node.children)


def _is_require(parsed: Parsed, node: Node) -> bool:
    method = node.child_by_field_name("method")
    return (
        method is not None
        and node.child_by_field_name("receiver") is None
        and parsed.text_of(method) in ("require", "require_relative", "load", "autoload")
    )


_READERS: dict[str, Callable[[Parsed, Node], list[str]]] = {
    "import_statement": _python_or_script,
    "import_from_statement": _python,
    "future_import_statement": _nothing,
    "import_spec": _go,
    "use_declaration": _rust,
    "extern_crate_declaration": _nothing,
    "import": _last_word,
    "import_header": _last_word,
    "import_declaration": _last_word,
    "preproc_include": _nothing,
    "using_declaration": _nothing,
    "using_directive": _alias,
    "namespace_use_declaration": _php,
    "require_expression": _nothing,
    "require_once_expression": _nothing,
    "include_expression": _nothing,
    "include_once_expression": _nothing,
}
IMPORTING = frozenset(_READERS)
"""The kinds of statements that import."""

_WITHOUT_IMPORTS = words("string string_literal comment argument_list arguments")
_TRAITS = words("""
    Any Borrow BorrowMut BufRead Context Error FromIterator FromStr Hash Hasher Itertools Read
    Seek ToOwned TryFrom TryInto Write
""")
