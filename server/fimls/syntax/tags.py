"""What a file defines that others may use, by the tag queries that grammars ship.

A query runs in the grammar's own C: a file takes a millisecond, a tenth of what
`fimls.syntax.definitions` takes to tell all that users of a definition depend on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from re import Pattern
from typing import TYPE_CHECKING, NamedTuple

from fimls.syntax.grammars import grammar_for

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Query

    from fimls.syntax.parsed_text import Parsed


@dataclass(frozen=True, slots=True)
class Tag:
    """One definition.

    Attributes:
        name: its name.
        owner: the name of the type that it is a member of, or empty.
        first: its first line, from 0.
        end: the line after its last one.
    """

    name: str
    owner: str
    first: int
    end: int


def tags(parsed: Parsed, language_id: str) -> list[Tag]:
    """Return what a text defines, in its order; nothing where the grammar ships no tags.

    What is defined inside of functions is theirs alone, and is not among it.
    """
    language = grammar_for(language_id)
    query = None if language is None else _query(language, language_id)
    if query is None:
        return []
    found = list[Tag]()
    around = list[tuple[int, str, str]]()  # where it ends, its kind and name
    for node, kind, name in sorted(_matches(parsed, query), key=lambda each: _order(each[0])):
        while around and around[-1][0] <= node.start_byte:
            around.pop()
        owner = next((each[2] for each in reversed(around) if each[1] not in _LOCAL), "")
        local = any(each[1] in _LOCAL for each in around)
        if kind == "field" and local:  # what a method sets of its object is the object's
            local = not owner
        if not local:
            found.append(Tag(name, owner, node.start_point.row, node.end_point.row + 1))
        around.append((node.end_byte, kind, name))
    return list({(each.name, each.owner, each.first): each for each in found}.values())


_LOCAL = frozenset(("function", "method", "macro"))
"""Kinds of definitions in which everything is their own."""

_QUERIES = {
    "c": ("c",),
    "cpp": ("cpp",),
    "cuda-cpp": ("cpp",),
    "go": ("go",),
    "java": ("java",),
    "javascript": ("javascript",),
    "javascriptreact": ("javascript",),
    "lua": ("lua",),
    "php": ("php",),
    "python": ("python",),
    "ruby": ("ruby",),
    "rust": ("rust",),
    "typescript": ("javascript", "typescript"),
    "typescriptreact": ("javascript", "typescript"),
}
"""Language, as LSP names it -> the grammars whose tags it has."""

_MORE = {
    "python": """
    (class_definition body: (block
      (expression_statement (assignment left: (identifier) @name) @definition.field)))
    (function_definition body: (block (expression_statement
      (assignment left: (attribute object: (identifier) @self attribute: (identifier) @name))
      @definition.field)) (#eq? @self "self"))
    """,
    "typescript": """
    (public_field_definition name: (property_identifier) @name) @definition.field
    (property_signature name: (property_identifier) @name) @definition.field
    (type_alias_declaration name: (type_identifier) @name) @definition.type
    (enum_declaration name: (identifier) @name) @definition.enum
    """,
}
"""What shipped queries leave out: members that are no methods, and other kinds of types."""


_CONDITION = re.compile(r'#(not-)?(eq|match)\?\s+@([\w.-]+)\s+"((?:[^"\\]|\\.)*)"')


class _Condition(NamedTuple):
    """What the text of a captured node must be, or must not be."""

    capture: str
    words: Pattern[str]
    wanted: bool


@cache
def _query(
    language: Language, language_id: str
) -> tuple[Query, tuple[tuple[_Condition, ...], ...]] | None:
    """Return a language's query, and the conditions of each of its patterns."""
    from tree_sitter import Query, QueryError

    parts = list[str]()
    for name in _QUERIES.get(language_id, ()):
        shipped = getattr(import_module(f"tree_sitter_{name}"), "TAGS_QUERY", None)
        if isinstance(shipped, str):
            parts.append(shipped)
        parts.append(_MORE.get(name, ""))
    source = "\n".join(parts)
    try:
        query = Query(language, source) if parts else None
    except QueryError:  # a grammar that was made anew names its nodes otherwise
        return None
    return query and (query, tuple(_conditions(query, source.encode())))


def _conditions(query: Query, source: bytes) -> Iterator[tuple[_Condition, ...]]:
    """Yield the conditions of each pattern: a tree without a source knows no texts to look at."""
    for index in range(query.pattern_count):
        start, end = query.start_byte_for_pattern(index), query.end_byte_for_pattern(index)
        found = list[_Condition]()
        for negative, kind, capture, quoted in _CONDITION.findall(source[start:end].decode()):
            words = re.sub(r"\\(.)", r"\1", quoted)
            words = words if kind == "match" else rf"\A{re.escape(words)}\Z"
            found.append(_Condition(capture, re.compile(words), not negative))
        yield tuple(found)


def _matches(
    parsed: Parsed, query: tuple[Query, tuple[tuple[_Condition, ...], ...]]
) -> Iterator[tuple[Node, str, str]]:
    from tree_sitter import QueryCursor

    for pattern, captures in QueryCursor(query[0]).matches(parsed.root):
        names = captures.get("name")
        if names and all(
            (condition.words.search(parsed.text_of(node)) is not None) == condition.wanted
            for condition in query[1][pattern]
            for node in captures.get(condition.capture, ())
        ):
            for capture, nodes in captures.items():
                if capture.startswith("definition."):
                    kind = capture.removeprefix("definition.")
                    yield nodes[-1], kind, parsed.text_of(names[0])


def _order(node: Node) -> tuple[int, int]:
    return node.start_byte, -node.end_byte
