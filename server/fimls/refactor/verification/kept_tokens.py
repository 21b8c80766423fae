"""Words of other languages than Python that must not come or go: throw, await, catch, ===."""

from __future__ import annotations

import re
from collections import Counter

from fimls.refactor.verdict import Finding
from fimls.refactor.verification.answered import Answered
from fimls.refactor.verification.kept_effects import SAME
from fimls.syntax import parse
from fimls.syntax.code_shape import shape
from fimls.syntax.word_sets import words

NAME = "effects kept"

_LOST = words("""
    async await catch defer delete ensure except finally go lock panic raise rescue static
    synchronized throw throws try yield
""") | {"===", "!==", "?."}
_ADDED = words("any eval goto") | {"==", "!=", "!"}
_PRAGMA = re.compile(
    r"@ts-(?:ignore|nocheck|expect-error)|eslint-disable|nolint|@SuppressWarnings|NOLINT"
    r"|#\s*pragma\s+warning\s+disable|rubocop:disable|#\[allow\(|phpcs:ignore"
)
_NOT_CODE = ("comment", "string", "char", "text", "regex")


def kept_tokens(answered: Answered) -> Finding | None:
    """Say which word of that kind a new version lost or added."""
    change = answered.change
    if change.language == "python" or answered.action == "write-tests":
        return None
    pragmas = Counter(_PRAGMA.findall(change.after)) - Counter(_PRAGMA.findall(change.before))
    for each in sorted(pragmas):
        return Finding(NAME, "doubtful", f"it silences a tool by `{each}`")
    before = _tokens(change.before, change.language)
    after = _tokens(change.after, change.language)
    if before is None or after is None:
        return Finding(NAME, "not run", "there is no grammar for this language")
    if answered.action == "convert-async":
        before.pop("async", None)
    if answered.action != "implement":
        for each in sorted((before - after).keys() & _LOST):
            return Finding(NAME, "doubtful", f"it loses a `{each}`")
    if answered.action in SAME | {"fix"}:
        added = _ADDED - {"!", "==", "!="} if answered.action == "fix" else _ADDED - {"!"}
        for each in sorted((after - before).keys() & added):
            return Finding(NAME, "doubtful", f"it adds `{each}`")
    return Finding(NAME, "passed")


def _tokens(text: str, language: str) -> Counter[str] | None:
    parsed = parse(text, language)
    if parsed is None:
        return None
    return Counter(
        part.text
        for part, _ in shape(parsed)
        if part.text and not any(word in part.kind for word in _NOT_CODE)
    )
