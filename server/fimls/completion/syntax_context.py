"""Whether a cursor stands in a comment or in a string."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from fimls.completion.surroundings import Surroundings
from fimls.session_memo import remembered
from fimls.syntax import (
    LITTLE,
    Parsed,
    Scan,
    grammar_for,
    is_string,
    marks_of,
    parse,
    reparse,
    scan,
    texts_at,
    window,
)

if TYPE_CHECKING:
    from tree_sitter import Node

Inside: TypeAlias = Literal["comment", "string"] | None

_ABOVE, _BELOW, _LONGEST = 120, 20, 60_000
"""Lines that are parsed, and their characters: a millisecond or two."""

_CODE = re.compile(
    r"interpol|substitution|expansion|template_expression|encapsed_expression|_element"
)
"""Nodes that are code again within a string."""
_STRING = re.compile(
    r"string(?!_scalar)|char_literal|character_literal|heredoc|attribute_value|quoted"
)
_COMMENT_LINES = {
    "ini": re.compile(r"\s*[;#]"),
    "properties": re.compile(r"\s*[#!]"),
    "latex": re.compile(r".*(?<!\\)%"),
    "tex": re.compile(r".*(?<!\\)%"),
    "vim": re.compile(r'\s*"'),
    "bat": re.compile(r"\s*(?:::|rem\b)", re.IGNORECASE),
}
"""Lines that are comments where the marks of a language cannot say so."""
_PATTERN = re.compile(r"=~\s*(?:(?:s|tr|y)/(?:\\.|[^/])*|m?)/(?:\\.|[^/])*/\w*")
"""A pattern of Perl, whose quotes are none."""
_SCRIPTS = {"script_element": "javascript", "style_element": "css"}


def inside(around: Surroundings) -> Inside:
    """Return whether the cursor is in a comment or a string.

    A language's grammar says it, which knows what is code again within a string; without one, its
    marks do. It takes milliseconds and is asked more than once of a key, so it is remembered.
    """
    return _inside(replace(around, uri="", others=()))


@remembered(2)
def _inside(around: Surroundings) -> Inside:
    line = _COMMENT_LINES.get(around.language_id)
    if line is not None and line.match(around.before):
        return "comment"
    if grammar_for(around.language_id) is not None:
        lines = (*around.above, around.before, *around.below)
        in_text = texts_at(around.above, marks_of(around.language_id))
        part = window(lines, len(around.above), before=_ABOVE, after=_BELOW, in_text=in_text)
        above = "".join(line + "\n" for line in around.above[part.start :])
        tail = "\n".join((around.after, *around.below[:_BELOW]))
        if len(above) + len(around.before) + len(tail) <= _LONGEST:
            before = _around_the_line(above, tail, around.language_id)
            head = above + around.before
            found = _by_tree(head, tail, around.language_id, begun=bool(in_text[-1]), before=before)
            if found != "unsure":
                return found
    return _by_marks(around)


@remembered(1)
def _around_the_line(above: str, tail: str, language_id: str) -> Parsed | None:
    """Return what a line's keys have in common: what each types is all that is parsed for it."""
    return parse(above + "x" + tail, language_id, effort=LITTLE)


def _by_tree(
    head: str, tail: str, language_id: str, *, begun: bool = False, before: Parsed | None = None
) -> Inside | Literal["unsure"]:
    """Return it for what is written between two texts; a word there makes most of them whole.

    Where the grammar cannot read the place, as behind a quote that nothing closes, it is unsure;
    `begun` is whether the marks see such a quote on a line above; `before` is much like the text.
    """
    whole = head + "x" + tail
    parsed = (
        reparse(before, whole, language_id, effort=LITTLE)
        if before
        else parse(whole, language_id, effort=LITTLE)
    )
    if parsed is None:
        return "unsure" if grammar_for(language_id) is not None else None
    at = parsed.byte(len(head))
    node = parsed.root.descendant_for_byte_range(at, at + 1)
    within = node
    while node is not None:
        if "comment" in node.type:
            return "comment"
        if node.is_error:
            return "unsure"
        if node.type == "raw_text" and node.parent and node.parent.type in _SCRIPTS:
            return _in_script(parsed, node, at, _SCRIPTS[node.parent.type])
        # PHP has what is code within a string as a part of it like any other.
        text = within is None or not within.is_named or "string" in within.type
        if _CODE.search(node.type) or (node.type == "encapsed_string" and not text):
            return None
        if _STRING.search(node.type) and not (node.start_byte == at and node.end_byte == at + 1):
            return "string"
        within, node = node, node.parent
    return "unsure" if begun and parsed.root.has_error else None


def _in_script(parsed: Parsed, node: Node, at: int, language_id: str) -> Inside | Literal["unsure"]:
    head = parsed.data[node.start_byte : at].decode("utf-8", "replace")
    tail = parsed.data[at + 1 : node.end_byte].decode("utf-8", "replace")
    return _by_tree(head, tail, language_id)


def _by_marks(around: Surroundings) -> Inside:
    marks = marks_of(around.language_id)
    begun = texts_at(around.above, marks)[-1]
    line = _PATTERN.sub("=~ p", around.before) if around.language_id == "perl" else around.before
    state = scan(line, marks, Scan(until=begun))
    until = state.until
    if not until or (state.nested and not is_string(state.nested[-1], marks)):
        return None
    block = marks.block[1] if marks.block else None
    return "comment" if until in ("\n", block) else "string"
