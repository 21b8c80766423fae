"""Code that reads its own docstrings, signatures or type hints when it runs."""

from __future__ import annotations

import re

from fimls.refactor.verdict import Finding
from fimls.refactor.verification.answered import Answered

NAME = "nothing reads it when the program runs"

_READERS = {
    "add-docstring": re.compile(
        r"__doc__|\bdocopt\b|\bgetdoc\(|\bimport ply\b|\bfrom ply\b|\bply\.(?:lex|yacc)\b"
        r"|\bdoctest\b|\bcleandoc\("
    ),
    "add-type-hints": re.compile(
        r"__annotations__|\bget_type_hints\(|\bget_annotations\(|\binspect\.signature\("
        r"|\bsingledispatch\b|\bpydantic\b|\bfastapi\b|\btyper\b|\battrs?\b.*auto_attribs"
    ),
}
_RULE = re.compile(r"^(?:p|t)_\w+$")
"""Functions whose docstrings are grammar: PLY's rules and tokens."""


def documentation_read(answered: Answered) -> Finding | None:
    """Say whether what a change documents may be read by the program itself."""
    change = answered.change
    reader = _READERS.get(answered.action)
    if reader is None or change.language != "python":
        return None
    if found := reader.search(change.before):
        return Finding(NAME, "doubtful", f"this file uses {found[0].rstrip('(')}")
    changed = change.before[change.start : change.end] + change.after[change.start :][:200]
    defined = re.search(r"def\s+(\w+)\s*\(", changed)
    if answered.action == "add-docstring" and defined and _RULE.match(defined[1]):
        return Finding(NAME, "doubtful", f"`{defined[1]}` may be a rule of a grammar")
    return Finding(NAME, "passed")
