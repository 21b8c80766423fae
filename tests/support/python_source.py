"""A Python module and where things are in it, found by Python's own tokenizer and parser."""

from __future__ import annotations

import ast
import io
import sysconfig
import tokenize
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SMALL = 12_000
MODULES = [
    file
    for file in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    if 1_000 < file.stat().st_size < SMALL
]
"""Modules of the standard library that are quick to read."""

Edit = tuple[int, int, str]
"""What is replaced, by offsets, and by what."""


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
