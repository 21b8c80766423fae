"""What no log shows: secrets, by the name that they stand under and by what they are.

Whoever reads a secret says so with `hide`, and what an editor sends is looked through with
`hide_in` when it arrives: from then on the value is left out wherever it turns up, whatever quotes
it. Beyond that, what stands under a secret's name is left out, and what looks like one.

At a hub, what an editor sends is left out of the lines about that editor alone (`are_known_in`):
nobody blanks a word in everybody's log by sending it under a secret's name.
"""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, cast
from urllib.parse import quote

HIDDEN = "…"

_SHORTEST = 4
"""What is shorter would make holes in every sentence."""
_LONGEST = 4_096
"""No secret is longer; what editors send is kept."""
_MOST_MET = 1_000
"""Values that editors sent; the one that was met longest ago is forgotten."""
_DEEPEST = 32

_NAME = (
    r"(?:(?i:tokens?|secrets?|passwords?|passwd|pwd|passphrases?|authorization|auth|cookies?"
    r"|credentials?|(?:api|private|access|extra|signing|encryption)[_-]?keys?)"
    r"|(?<![A-Za-z])(?i:pats?)|(?<=[a-z])Pats?)"
)
# Bounded, so that a long text takes no time.
_VALUE = (
    r"""\[[^\]]{0,4000}\]|\{[^}]{0,4000}\}|"(?:[^"\\]|\\.){0,4000}"|'(?:[^'\\]|\\.){0,4000}'"""
    r"""|\\+".{0,4000}?\\+"|[^\s,;)}\]]+"""
)
# How many tokens there are is no secret.
_COUNT = r"""(?<=okens)\\*["']?\s*[:=,]\s*-?\d+(?:\.\d+)?(?![\w.-])"""
_PATTERNS = (
    # 'token': 'x', "apiKey": 3, \"token\": \"x\", ('token', 'x')
    (rf"""({_NAME}(?!{_COUNT})\\*["']\s*[:=,]\s*)(?:{_VALUE})""", r"\1…"),
    (rf"({_NAME}(?!{_COUNT})\s*=\s*)(?:{_VALUE})", r"\1…"),
    (r"((?i:authorization|cookie)\s*:\s*)(?:(?i:bearer|basic)\s+)?[^\s,;'\"]+", r"\1…"),
    (r"((?i:api[_-]?key)\s*:\s*)[^\s,;'\"]+", r"\1…"),
    (r"\b((?i:bearer)\s+)[\w.~+/=-]{4,}", r"\1…"),
    (r"\b(fimls_[0-9a-f]{12}_)[\w-]+", r"\1…"),
    (r"\b((?:sk|hf|gh[a-z]|github_pat|glpat|xox[a-z])[-_])[\w-]{8,}", r"\1…"),
    (r"\b(npm_|pypi-|AIza)[\w-]{32,}", r"\1…"),
    (r"\b(A(?:KIA|SIA))[A-Z0-9]{16}\b", r"\1…"),
    (r"\b(eyJ)[\w-]{6,4000}\.[\w-]{4,8000}(?:\.[\w-]{0,4000}){0,3}", r"\1…"),  # RFC 7519
    (r"(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)(?:(?!-----END).){0,8000}", r"\1…"),
    # The user's name too: many hosts take a token in its place.
    (r"(://)[^/\s@]{1,500}@", r"\1…@"),
)
_LOOKS = tuple((re.compile(pattern, re.DOTALL), by) for pattern, by in _PATTERNS)
_NAMED = re.compile(rf"{_NAME}\Z")

Met = OrderedDict[str, None]
"""Values that editors sent, the one that was met longest ago first."""

_own: set[str] = set()
_alone: Met = OrderedDict()
_met: ContextVar[Met] = ContextVar("met", default=_alone)


def hide(value: str) -> None:
    """Leave a secret of this process out of all that is logged from now on."""
    _own.update(_forms(value))


def are_known_in(met: Met) -> None:
    """Say where the secrets are that were met in what runs from here on; else the process has them.

    They are left out of what is logged there, and of no other's lines.
    """
    _met.set(met)


def hide_in(value: object, *, named: bool = False, depth: int = 0) -> None:
    """Hide every text that stands under a secret's name in JSON."""
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        for name, inner in cast("Mapping[Any, Any]", value).items():
            secret = named or _NAMED.search(str(name)) is not None
            hide_in(inner, named=secret, depth=depth + 1)
    elif isinstance(value, list | tuple):
        for inner in cast("list[Any]", value):
            hide_in(inner, named=named, depth=depth + 1)
    elif named and isinstance(value, str) and len(value) <= _LONGEST:
        met = _met.get()
        for form in _forms(value):
            met[form] = None
            met.move_to_end(form)
        while len(met) > _MOST_MET:
            met.popitem(last=False)


def names_a_secret(name: str) -> bool:
    """Whether what stands under a name is a secret, whatever it is."""
    return _NAMED.search(name) is not None


def redacted(text: str) -> str:
    """Return a text without secrets."""
    for value in (*_own, *_met.get()):
        if value in text:
            text = text.replace(value, HIDDEN)
    for pattern, by in _LOOKS:
        text = pattern.sub(by, text)
    return text


def _forms(value: str) -> set[str]:
    """Return a value as it stands in texts of several kinds."""
    value = value.strip()
    forms = {
        value,
        json.dumps(value)[1:-1],
        repr(value)[1:-1],
        quote(value, safe="", errors="replace"),
    }
    return {form for form in forms if len(form) >= _SHORTEST}
