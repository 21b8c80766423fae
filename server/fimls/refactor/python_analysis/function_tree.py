"""A function of a document as Python's own syntax tree, with the places of its nodes."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from fimls.refactor.python_analysis.function_names import Scope, scope_of
from fimls.session_memo import remembered
from fimls.syntax.parsed_text import Parsed

if TYPE_CHECKING:
    from tree_sitter import Node

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

MOST_BYTES = 100_000
"""A longer function is not looked at: its analysis would take more than a few milliseconds."""

_LINE_END = re.compile(rb"\r\n?|\n")


@dataclass(frozen=True, slots=True)
class Function:
    """The outermost function around a place.

    Attributes:
        node: its definition.
        scope: its names, and those of the functions inside of it.
        first: byte of the document where the parsed text begins.
        starts: bytes of the parsed text at which its lines begin.
        ahead: bytes that were put before the text, so that it parses by itself.
    """

    node: Definition
    scope: Scope
    first: int
    starts: tuple[int, ...]
    ahead: int

    def range_of(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> tuple[int, int]:
        """Return the bytes of the document where a node begins and ends."""
        assert node.end_lineno is not None, "the parser says where nodes end"
        assert node.end_col_offset is not None, "the parser says where nodes end"
        move = self.first - self.ahead
        return (
            self.starts[node.lineno - 1] + node.col_offset + move,
            self.starts[node.end_lineno - 1] + node.end_col_offset + move,
        )


def function_around(parsed: Parsed, offset: int) -> Function | None:
    """Return the outermost function around an offset of Python.

    None where there is none, where it is longer than `MOST_BYTES`, or this Python cannot read it.
    """
    place = parsed.byte(offset)
    node = parsed.root.descendant_for_byte_range(place, min(place + 1, len(parsed.data)))
    outermost: Node | None = None
    while node is not None:
        if node.type == "function_definition":
            outermost = node
        node = node.parent
    if outermost is None or outermost.end_byte - outermost.start_byte > MOST_BYTES:
        return None
    line = max(parsed.data.rfind(end, 0, outermost.start_byte) for end in (b"\n", b"\r")) + 1
    return _parsed(parsed.data[line : outermost.end_byte], line)


@remembered(8)
def _parsed(data: bytes, first: int) -> Function | None:
    ahead = b"if 1:\n" if data[:1].isspace() else b""
    try:
        tree = ast.parse(ahead + data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    body = tree.body[0]
    node = body.body[0] if isinstance(body, ast.If) else body
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    starts = (0, *(end.end() for end in _LINE_END.finditer(ahead + data)))
    return Function(node, scope_of(node), first, starts, len(ahead))
