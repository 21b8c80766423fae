"""Whether code finds its own variables by their names while it runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimls.syntax.parsed_text import Parsed

if TYPE_CHECKING:
    from tree_sitter import Node

_LOOKING_UP = re.compile(r"\b(?:dir|eval|exec|locals|vars)\s*\(")
_OF_OBJECTS = frozenset({"dir", "vars"})
"""They tell the function's own names only where they are given nothing to look at."""


def looks_names_up(parsed: Parsed, region: Node) -> bool:
    """Whether some code of Python calls what reads or sets the variables around the call."""
    start, end = parsed.offset(region.start_byte), parsed.offset(region.end_byte)
    for found in _LOOKING_UP.finditer(parsed.text, start, end):
        place = parsed.byte(found.start())
        node = region.descendant_for_byte_range(place, place + 1)
        call = node.parent if node is not None and node.type == "identifier" else None
        if node is None or call is None or call.child_by_field_name("function") != node:
            continue
        given = call.child_by_field_name("arguments")
        plain = given is not None and any(
            not each.type.endswith(("_splat", "comment")) for each in given.named_children
        )
        if not (parsed.text_of(node) in _OF_OBJECTS and plain):
            return True
    return False
