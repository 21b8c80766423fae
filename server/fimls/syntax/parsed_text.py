"""A text and its tree."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from time import thread_time
from typing import TYPE_CHECKING

from fimls.session_memo import remembered
from fimls.syntax.grammars import grammar_for, load
from fimls.syntax.parse_bounds import MUCH, Effort, why_unread

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Tree

_ALONE = re.compile(rb"\r(?!\n)")
_STEP = 256
"""Characters between two marks of a text that is not ASCII."""

_PART = 4_096
"""Bytes that a parser is handed at once."""

_buffers = list[bytearray]()
"""What parsers that are done were handed their parts in.

tree-sitter 0.26.1 holds a reference too many to each part that it is handed, for ever. Of one
buffer that is filled anew for each part, and used again by the next parser, that costs nothing.
"""

_BEHIND = 2**32 - 2
"""A byte behind every text: an edit there changes nothing in a tree."""

_LOOK_AT_CLOCK = 8
"""Steps of a parser between two looks at the clock: on some machines a look takes 70 µs."""

_ENDS = {"kotlin": b"\n"}
"""What a grammar is handed behind the text: Kotlin's looks for the blank behind an annotation, and
where the text ends first it looks for ever."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text with its syntax tree, and the way between code points and tree-sitter's bytes.

    Attributes:
        text: the text, as it was given.
        data: its UTF-8; a lone surrogate is ``?`` there, a carriage return alone a line feed.
        tree: tree-sitter's tree of `data`.
    """

    text: str
    data: bytes
    tree: Tree

    @property
    def root(self) -> Node:
        """The node of the whole text."""
        return self.tree.root_node

    def text_of(self, node: Node) -> str:
        """Return the text of a node of the tree."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def words_of(self, node: Node) -> str:
        """Return the text of a node with every run of blanks as one."""
        return " ".join(self.text_of(node).split())

    def byte(self, offset: int) -> int:
        """Return the place in `data` of an offset in `text`."""
        offset = min(max(offset, 0), len(self.text))
        if len(self.data) == len(self.text):
            return offset
        block = offset // _STEP
        return _marks(self.text)[block] + len(_encode(self.text[block * _STEP : offset]))

    def offset(self, byte: int) -> int:
        """Return the offset in `text` of a place in `data`."""
        if len(self.data) == len(self.text):
            return byte
        marks = _marks(self.text)
        block = max(bisect_right(marks, byte) - 1, 0)
        return block * _STEP + len(self.data[marks[block] : byte].decode("utf-8", "replace"))


def parse(text: str, language_id: str, *, effort: Effort = MUCH) -> Parsed | None:
    """Parse a text, tolerant of errors.

    None where there is no grammar for the language, or the text is beyond what is read as code
    (`fimls.syntax.parse_bounds`). It takes about a millisecond for 300 lines: of a long document,
    parse a `window`.
    """
    language = _language(text, language_id)
    if language is None or why_unread(text, language_id, effort) is not None:
        return None
    data = _encode(text)
    tree = _tree(language, data + _ENDS.get(language_id, b""), None, effort)
    return None if tree is None else Parsed(text, data, tree)


def reparse(before: Parsed, text: str, language_id: str, *, effort: Effort = MUCH) -> Parsed | None:
    """Parse a text that is much like another one, in the time that what differs takes."""
    if _language(text, language_id) != before.tree.language:
        return parse(text, language_id, effort=effort)
    data = _encode(text)
    if data == before.data:
        return before
    if why_unread(text, language_id, effort) is not None:
        return None
    start = _common(before.data, data)
    same = _common(before.data[start:][::-1], data[start:][::-1])
    old_end, new_end = len(before.data) - same, len(data) - same
    tree = before.tree.copy()
    tree.edit(
        start,
        old_end,
        new_end,
        _point(before.data, start),
        _point(before.data, old_end),
        _point(data, new_end),
    )
    made = _tree(tree.language, data + _ENDS.get(language_id, b""), tree, effort)
    return None if made is None else Parsed(text, data, made)


def _language(text: str, language_id: str) -> Language | None:
    """Return the grammar for a text; a window of PHP may be without the file's beginning."""
    language = grammar_for(language_id)
    if language_id == "php" and "<?" not in text:
        return load("php.php_only") or language
    return language


def _tree(language: Language, data: bytes, old: Tree | None, effort: Effort) -> Tree | None:
    """Return a tree, or None where it takes more than the effort.

    The parser holds Python's lock as long as it runs, but not while it asks for the next bytes and
    whether to go on: it is handed the text in parts, so that other threads have their turn.
    """
    from tree_sitter import Parser

    left, until = effort.steps, thread_time() + effort.seconds
    buffer = _buffers.pop() if _buffers else bytearray()

    def read(byte: int, _: object) -> bytearray:
        buffer[:] = data[byte : byte + _PART]
        return buffer

    def enough(*_: object) -> bool:
        nonlocal left
        left -= 1
        return left < 0 or (left % _LOOK_AT_CLOCK == 0 and thread_time() > until)

    try:
        if old is None:
            tree = Parser(language).parse(read, progress_callback=enough)
        else:
            tree = Parser(language).parse(read, old, progress_callback=enough)
    except ValueError:  # so it says that it was told to end
        return None
    finally:
        _buffers.append(buffer)
    # An edited tree forgets its source. `Node.text` and predicates of queries would call `read`:
    # they use what it returned after they have freed it, and end the process where it raises.
    tree.edit(_BEHIND, _BEHIND, _BEHIND, (0, 0), (0, 0), (0, 0))
    return tree


def _common(one: bytes, other: bytes) -> int:
    """Return how many bytes are the same at the beginning; halving compares them fast."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _point(data: bytes, byte: int) -> tuple[int, int]:
    """Return the row and the column in bytes, as tree-sitter counts them."""
    return data.count(b"\n", 0, byte), byte - (data.rfind(b"\n", 0, byte) + 1)


@remembered(8)
def _marks(text: str) -> list[int]:
    """Return the byte at which every `_STEP`-th character begins: to count from there is fast."""
    lengths = (len(_encode(text[at : at + _STEP])) for at in range(0, len(text), _STEP))
    return [0, *accumulate(lengths)]


def _encode(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    # Grammars do not know a carriage return alone as the end of a line.
    return _ALONE.sub(b"\n", data) if b"\r" in data else data
