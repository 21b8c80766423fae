"""Whether a statement is complete, as far as a text goes."""

from __future__ import annotations

import re
from enum import Enum
from textwrap import dedent
from typing import TYPE_CHECKING

from fimls.completion.stopping.stop_context import BELOW, StopContext
from fimls.syntax import LITTLE, Parsed, errors, indentation, marks_of, parse

if TYPE_CHECKING:
    from tree_sitter import Node


class Verdict(Enum):
    """What is to be said of a statement at the end of a line."""

    OPEN = "open"
    """It must go on."""
    SOFT = "soft"
    """It is complete, but the next line may belong to it: a deeper one, or ``else``."""
    HARD = "hard"
    """It is complete, and the next line is another one."""


_GOES_ON = re.compile(
    r"(?:[-+*/%&|^~<=!.:?@]=|=>|->|&&|\|\||\?\?|[(\[{,.=\\]|(?<!\+)\+|(?<!-)-|(?<![*/.])[*/%]"
    r"|(?<![|])[|&^]|\b(?:and|or|not|in|is|new|await|typeof|instanceof))$"
)
_COMMAND_GOES_ON = re.compile(r"(?:\\|\||&&)$")
_JOINS = re.compile(
    r"(?:else|elif|elsif|elseif|except|finally|catch|rescue|ensure|when|case|then|do|and|or)\b"
    r"|\?\.|\.(?!\.)|&&|\|\||[?:={|)\]}]|[+\-*%/](?![+\-*/])"
)
_KEYWORD_JOINS = re.compile(r"(?:else|elif|except|finally|case|then|do)\b|[)\]}]")
_CONTAINERS = frozenset(
    {
        *("block", "body", "block_body", "body_statement", "class_body", "compound_statement"),
        *("statement_list", "statements", "declaration_list", "then", "do"),
        *("block_mapping", "block_node", "block_sequence"),
    }
)
_BRANCHING = ("if", "try", "do", "begin", "case", "switch", "unless")


def judge(
    place: StopContext, generated: str, code: str, *, first: int, base: int, doubts: int
) -> Verdict:
    """Judge the statement that a completion makes, at the end of a line.

    Brackets and strings must be closed already.

    Args:
        place: where it stands.
        generated: all of the completion so far, without the line's end.
        code: the last line without comments and blanks around it.
        first: offset in `generated` of the line that the statement begins on.
        base: that line's indentation.
        doubts: how many complete lines before this one did not parse: macros, or bad code.
    """
    around = place.around
    marks = marks_of(around.language_id)
    if not code:
        return Verdict.OPEN  # only a comment so far
    if code.endswith(",") and (around.language_id in ("json", "jsonc") or _in_list(place)):
        return Verdict.HARD
    goes_on = _COMMAND_GOES_ON if marks.words[:1] == ("fi",) else _GOES_ON
    if marks.line and goes_on.search(code):
        return Verdict.OPEN
    if around.language_id == "rust" and code.startswith("#["):
        return Verdict.OPEN
    kind = _parse(place, generated, first)
    if kind is None:
        return Verdict.SOFT if doubts >= 2 else Verdict.OPEN
    if not kind:
        return Verdict.SOFT
    if marks.newline_ends:
        simple = not kind.endswith("+body")
        own = indentation((around.before if first == 0 else "") + generated[first:]) == base
        return Verdict.HARD if simple and own else Verdict.SOFT
    if code.endswith(";") and not kind.startswith(_BRANCHING):
        return Verdict.HARD
    return Verdict.SOFT


def joins(place: StopContext, line: str) -> bool:
    """Whether a line, indented like a complete statement before it, belongs to that statement."""
    marks = marks_of(place.around.language_id)
    line = line.lstrip()
    if not marks.line:
        return line.startswith("</")
    if line.startswith((*marks.line, *(marks.block or ()))):
        return False
    if any(re.match(rf"{word}\b", line) for word in marks.words):
        return True
    pattern = _KEYWORD_JOINS if marks.newline_ends or marks.indented else _JOINS
    return pattern.match(line) is not None


def _in_list(place: StopContext) -> bool:
    """Whether the cursor's line is an element between brackets, so that a comma ends it."""
    if place.before.open:
        return False
    above = next((line.rstrip() for line in reversed(place.around.above) if line.strip()), "")
    return above.endswith((",", "(", "[", "{"))


def _parse(place: StopContext, generated: str, first: int) -> str | None:
    """Return the kind of a statement that parses as complete, or None.

    It is read in its document, and if that is not well-formed there, by itself: a document that
    one is writing often has errors of its own. No kind, if there is no grammar to ask.
    """
    around = place.around
    head = "".join(line + "\n" for line in place.head)
    made = around.before + generated
    start = len(head) + (0 if first == 0 else len(around.before) + first)
    whole = head + made
    tail = "\n".join(("", *around.below[:BELOW]))
    parsed = parse(whole + tail, around.language_id, effort=LITTLE)
    if parsed is None:
        return ""
    kind = _complete(parsed, start, len(whole))
    if kind is None:
        alone = dedent(whole[start:])
        parsed = parse(alone, around.language_id, effort=LITTLE)
        kind = _complete(parsed, 0, len(alone)) if parsed else None
    return kind


def _complete(parsed: Parsed, start: int, end: int) -> str | None:
    start += len(parsed.text[start:end]) - len(parsed.text[start:end].lstrip())
    end = len(parsed.text[:end].rstrip())
    if any(span.start <= end for span in errors(parsed, start, end)):
        return None
    first, last = parsed.byte(start), parsed.byte(end)
    node = parsed.root.descendant_for_byte_range(first, first)
    while node is not None and (parent := node.parent) is not None:
        if parent.start_byte < first or parent.parent is None or parent.type in _CONTAINERS:
            break
        node = parent
    if node is None:
        return None
    if node.end_byte > last and parsed.data[last : node.end_byte].strip():
        return None
    return node.type + ("+body" if any(c.type in _CONTAINERS for c in _nested(node)) else "")


def _nested(node: Node) -> list[Node]:
    """Return a node's children, and those of a definition behind its decorators."""
    children = node.children
    return [*children, *(c for child in children if child.child_count for c in child.children)]
