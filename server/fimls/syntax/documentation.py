"""The documentation of a function or class: where it is, what it says, how one writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fimls.syntax.enclosing_definition import EnclosingDefinition
from fimls.syntax.parsed_text import Parsed

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Documentation:
    """Where documentation is, or where it would be.

    Attributes:
        start: offset where it begins, and where it would.
        end: offset after it; equal to `start` where there is none.
        indent: the blanks that its lines begin with.
    """

    start: int
    end: int
    indent: str


def documentation_of(
    parsed: Parsed, language_id: str, definition: EnclosingDefinition
) -> Documentation:
    """Return where the documentation of a definition is; there may be nothing yet."""
    if language_id == "python":
        return _docstring(parsed, definition)
    start = _line_start(parsed.text, definition.start)
    indent = parsed.text[start : definition.start]
    if indent.strip():
        start, indent = definition.start, ""
    comments = _comments_above(parsed, language_id, definition)
    if comments:
        first, last = parsed.offset(comments[0].start_byte), parsed.offset(comments[-1].end_byte)
        return Documentation(
            start=first, end=first + len(parsed.text[first:last].rstrip()), indent=indent
        )
    return Documentation(start=definition.start, end=definition.start, indent=indent)


def document(language_id: str, words: str, indent: str, line_end: str = "\n") -> str:
    """Return words as a language writes documentation, without blanks before the first line."""
    lines = [line.rstrip() for line in words.split("\n")]
    if language_id == "python":
        made = _python(lines)
    elif language_id in _LINE_MARKS:
        mark = _LINE_MARKS[language_id]
        if language_id == "csharp":
            text = [
                re.sub("<", "&lt;", re.sub("&(?!lt;|gt;|amp;)", "&amp;", line)) for line in lines
            ]
            lines = ["<summary>", *text, "</summary>"]
        made = [f"{mark} {line}".rstrip() for line in lines]
    else:
        inner = [line.replace("*/", "* /") for line in lines]
        made = ["/**", *(f" * {line}".rstrip() for line in inner), " */"]
    return line_end.join(f"{indent}{line}" if line else "" for line in made).removeprefix(indent)


def words_of(language_id: str, text: str) -> str:
    """Return what documentation says, without its marks."""
    text = text.strip()
    if language_id == "python" or text[:3] in ('"""', "'''"):
        text = re.sub(r"^[rRuU]{0,2}(\"\"\"|'''|\"|')", "", text)
        text = re.sub(r"(\"\"\"|'''|(?<!\w)[\"']|(?<=[.!?])[\"'])$", "", text)
        return _dedent(text)
    lines = [
        re.sub(r"^\s*(?:/\*\*?|\*(?!/)|///?!?|#|--+)? ?", "", line) for line in text.split("\n")
    ]
    lines = [re.sub(r"\s*\*/\s*$", "", line) for line in lines]
    plain = "\n".join(lines).strip("\n")
    return (
        re.sub(r"</?summary>\n?", "", plain).strip() if language_id == "csharp" else plain.strip()
    )


_LINE_MARKS = {
    "csharp": "///",
    "go": "//",
    "lua": "---",
    "ruby": "#",
    "rust": "///",
    "shellscript": "#",
    "swift": "///",
}
"""Languages whose documentation is line comments; the others have ``/**``."""


def _python(lines: list[str]) -> list[str]:
    text = "\n".join(lines)
    raw = "r" if "\\" in text else ""
    quotes = "'''" if '"""' in text or text.endswith('"') else '"""'
    if len(lines) == 1:
        return [f"{raw}{quotes}{text}{quotes}"]
    return [f"{raw}{quotes}{lines[0]}", *lines[1:], quotes]


def _docstring(parsed: Parsed, definition: EnclosingDefinition) -> Documentation:
    text = parsed.text
    start = _line_start(text, definition.body)
    indent = text[start : definition.body]
    node = parsed.root.descendant_for_byte_range(
        parsed.byte(definition.body), parsed.byte(definition.body) + 1
    )
    while node is not None and node.type != "block":
        node = node.parent
    first = node.named_children[0] if node is not None and node.named_children else None
    if first is not None and first.type == "expression_statement":
        string = first.named_children[0]
        if string.type == "string":
            end = parsed.offset(string.end_byte)
            return Documentation(start=parsed.offset(string.start_byte), end=end, indent=indent)
    return Documentation(start=definition.body, end=definition.body, indent=indent)


def _comments_above(
    parsed: Parsed, language_id: str, definition: EnclosingDefinition
) -> list[Node]:
    """Return the comments directly above a definition that are its documentation."""
    node = parsed.root.descendant_for_byte_range(
        parsed.byte(definition.start), parsed.byte(definition.start) + 1
    )
    while (
        node is not None
        and node.parent is not None
        and (node.parent.start_byte == node.start_byte and node.parent.parent is not None)
    ):
        node = node.parent
    found: list[Node] = []
    row = node.start_point.row if node is not None else 0
    above = node.prev_sibling if node is not None else None
    while above is not None and "comment" in above.type and _last_row(above) >= row - 1:
        words = parsed.text_of(above)
        mark = _LINE_MARKS.get(language_id, "/**")
        if not words.startswith(mark) or re.match(r"//\w+:|#!", words):
            break
        found.insert(0, above)
        row = above.start_point.row
        above = above.prev_sibling
        if mark == "/**":
            break
    return found


def _last_row(node: Node) -> int:
    """Return the row of a node's last character: some grammars count the line end to comments."""
    return node.end_point.row - (node.end_point.column == 0)


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def _dedent(text: str) -> str:
    first, *rest = text.strip("\n").split("\n")
    depths = [len(line) - len(line.lstrip()) for line in rest if line.strip()]
    depth = min(depths, default=0)
    return "\n".join([first.strip(), *(line[depth:].rstrip() for line in rest)]).strip()
