"""Names that code elsewhere may give another value while an expression is evaluated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimls.syntax.evaluation_order import descend
from fimls.syntax.parsed_text import Parsed

if TYPE_CHECKING:
    from tree_sitter import Node

_ATTRIBUTES = re.compile(r"\.[ \t]*(\w+)[ \t]*=(?!=)")
_DECLARED = re.compile(r"^[ \t]*(?:global|nonlocal)[ \t]+([^#;\r\n]+)", re.MULTILINE)


def shared_names(parsed: Parsed) -> frozenset[str]:
    """Return the names that a function of the text declares global or nonlocal."""
    if "global" not in parsed.text and "nonlocal" not in parsed.text:
        return frozenset()
    return frozenset(
        name.strip() for found in _DECLARED.findall(parsed.text) for name in found.split(",")
    )


def replaced_attributes(parsed: Parsed) -> frozenset[str]:
    """Return the names of attributes that the text gives values: ``self.append = ...``."""
    return frozenset(_ATTRIBUTES.findall(parsed.text))


def names_in(parsed: Parsed, node: Node) -> set[str]:
    """Return the names that occur in an expression."""
    return {parsed.text_of(each) for each in descend(node) if each.type == "identifier"}
