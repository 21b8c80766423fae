"""The comments of a text, and which of them tools read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fimls.syntax.parsed_text import Parsed
from fimls.syntax.tree_walk import is_comment, walk


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment.

    Attributes:
        text: it with its marks.
        start: offset of its first character.
        end: offset after its last character; a line end is not part of it.
    """

    text: str
    start: int
    end: int

    @property
    def words(self) -> str:
        """What it says: without marks, and with every run of blanks as one."""
        lines = (_MARKS.sub("", line) for line in re.split(r"\r\n|\r|\n", self.text))
        return " ".join(" ".join(lines).split())

    @property
    def is_pragma(self) -> bool:
        """Whether a compiler, an interpreter or a checker reads it: it is not only words."""
        return _PRAGMA.match(self.text) is not None or _PRAGMA_INSIDE.search(self.text) is not None


def comments_of(parsed: Parsed) -> list[Comment]:
    """Return the comments of a text, in its order."""
    found = list[Comment]()
    inside = -1
    for node in walk(parsed.root):
        if is_comment(node) and node.start_byte >= inside and parsed.text_of(node).strip():
            inside = node.end_byte
            text = parsed.text_of(node).rstrip()
            start = parsed.offset(node.start_byte)
            found.append(Comment(text, start, start + len(text)))
    return found


_MARKS = re.compile(
    r"^\s*(?:/\*+!?|\*+/|\*(?!/)|//+[/!]?|#+(?!\[)|--+(?:\[\[)?|<!--|=begin|=end|;+)\s?"
    r"|\s*(?:\*+/|-->|\]\])\s*$"
)
_PRAGMA = re.compile(
    r"""
    \#!                                                # an interpreter
    | \#\s*(?:type|noqa|nosec|pylint|mypy|pyright|basedpyright|flake8|ruff|fmt|yapf|isort|pragma
        |cython|distutils|rubocop|typed|frozen_string_literal|encoding|warn_indent)\s*[:=]
    | \#\s*(?:noqa|nosec|shellcheck)\b
    | \#.*\bcoding[:=]
    | //(?:go:|export\s|line\s|nolint|lint:|\s*\+build\b)      # Go
    | //\s*(?:@ts-|eslint|prettier-ignore|biome-ignore|tslint:|@flow|@noflow|webpack|istanbul|c8\s
        |NOLINT|NOSONAR|clang-format|CHECKSTYLE|noinspection|ReSharper|phpcs|@phpstan)
    | //[\#@]\s*source
    | ///\s*<(?:reference|amd)
    | /\*\s*(?:eslint|globals?\s+\w|exported\s|istanbul|webpack|@__PURE__|\#__PURE__|@ts-)
    """,
    re.VERBOSE,
)
_PRAGMA_INSIDE = re.compile(
    r"@jsx\w*\s|@jest-environment|@vitest-environment"
    r"|^\s*(?://|/\*)?\s*\#\s*(?:include|define|cgo)\b",  # C in Go's comments
    re.MULTILINE,
)
