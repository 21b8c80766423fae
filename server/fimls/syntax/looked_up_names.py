"""Whether code finds its own variables by their names while it runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

_LOOKING_UP = re.compile(rb"\b(?:dir|eval|exec|locals|vars)\s*\(")
_OF_OBJECTS = frozenset({b"dir", b"vars"})
"""They tell the function's own names only where they are given nothing to look at."""


def looks_names_up(region: Node) -> bool:
    """Whether some code of Python calls what reads or sets the variables around the call."""
    for found in _LOOKING_UP.finditer(region.text or b""):
        place = region.start_byte + found.start()
        node = region.descendant_for_byte_range(place, place + 1)
        call = node.parent if node is not None and node.type == "identifier" else None
        if node is None or call is None or call.child_by_field_name("function") != node:
            continue
        given = call.child_by_field_name("arguments")
        plain = given is not None and any(
            not each.type.endswith(("_splat", "comment")) for each in given.named_children
        )
        if not (node.text in _OF_OBJECTS and plain):
            return True
    return False
