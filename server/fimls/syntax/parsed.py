"""A text and its tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fimls.syntax.grammars import grammar_for, load

if TYPE_CHECKING:
    from tree_sitter import Node, Tree


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text with its syntax tree, and the way between code points and tree-sitter's bytes.

    Attributes:
        text: the text, as it was given.
        data: its UTF-8; a lone surrogate stands there as ``?``.
        tree: tree-sitter's tree of `data`.
    """

    text: str
    data: bytes
    tree: Tree

    @property
    def root(self) -> Node:
        """The node of the whole text."""
        return self.tree.root_node

    def byte(self, offset: int) -> int:
        """Return the place in `data` of an offset in `text`."""
        offset = min(max(offset, 0), len(self.text))
        if len(self.data) == len(self.text):
            return offset
        return len(_encode(self.text[:offset]))

    def offset(self, byte: int) -> int:
        """Return the offset in `text` of a place in `data`."""
        if len(self.data) == len(self.text):
            return byte
        return len(self.data[:byte].decode("utf-8", "replace"))


def parse(text: str, language_id: str) -> Parsed | None:
    """Parse a text, tolerant of errors; None where there is no grammar for the language.

    It takes about a millisecond for 300 lines: of a long document, parse a `window`.
    """
    language = grammar_for(language_id)
    if language is None:
        return None
    if language_id == "php" and "<?" not in text:
        language = load("php.php_only") or language  # a window without the file's beginning
    from tree_sitter import Parser

    data = _encode(text)
    return Parsed(text, data, Parser(language).parse(data))


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "replace")
