"""Keys and passwords in a text, which no snippet takes along."""

from __future__ import annotations

import math
import re
from collections import Counter

MASK = "***"

_NAME = (
    r"(?i:[\w-]*(?:token|secret|passw(?:or)?d|passphrase|pwd|api_?-?key|access_?-?key"
    r"|private_?-?key|auth|credential)s?[\w-]*)"
)
_NAMED = re.compile(
    rf"(?P<before>\b{_NAME}[\"']?\s*(?::\s*[\w\[\]., |]{{1,40}})?(?::=|=>|=|:|,|\()\s*[\"'`])"
    r"(?P<value>[^\"'`\n]{6,400})(?=[\"'`])"
)
_BARE = re.compile(
    rf"(?P<before>^\s*(?:export\s+)?{_NAME}\s*[=:]\s*)(?P<value>(?=\S*\d)[\w+/=-]{{12,400}})\s*$",
    re.MULTILINE,
)
_LOOKS = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"  # Amazon
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{20,}"
    r"|\bxox[abeoprs]-[\w-]{10,}"  # Slack
    r"|\b(?:sk|rk|pk)[-_](?:live|test|proj|ant|svcacct)?[-_]?[\w-]{20,}"
    r"|\bhf_[A-Za-z0-9]{20,}|\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}|\bnpm_[A-Za-z0-9]{30,}"
    r"|\bpypi-[\w-]{30,}|\bfimls_[0-9a-f]{12}_[\w-]+"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*"  # JSON Web Token
    r"|(?<=://)[^/\s:@\"']{1,100}:[^/\s@\"']{1,400}(?=@)"
)
_PRIVATE = re.compile(
    r"(-----BEGIN [A-Z ]*PRIVATE KEY[A-Z ]*-----)[\s\S]*?(-----END [A-Z ]*-----|\Z)"
)
_QUOTED = re.compile(r"(?<=[\"'`])[A-Za-z0-9+/=_-]{24,400}(?=[\"'`])")
_ENTROPY = 4.0
"""Bits for each character of what is no word: random base64 has 5 or more, names have 3.5."""


def masked(text: str) -> str:
    """Return a text whose secrets are `MASK`.

    They are known by how they begin (the formats that services publish), as private keys, by the
    name that they stand under, or as quoted texts that are as random as keys are.
    """
    text = _PRIVATE.sub(rf"\1 {MASK} \2", text)
    text = _LOOKS.sub(MASK, text)
    text = _NAMED.sub(lambda found: _hidden(found, least=2.5), text)
    text = _BARE.sub(lambda found: _hidden(found, least=3.0), text)
    return _QUOTED.sub(lambda found: MASK if _is_random(found.group()) else found.group(), text)


def _hidden(found: re.Match[str], *, least: float) -> str:
    value = found["value"]
    plain = value.strip() != value or " " in value or entropy(value) < least
    return found.group() if plain else f"{found['before']}{MASK}"


def _is_random(text: str) -> bool:
    mixed = any(map(str.isdigit, text)) and any(map(str.isalpha, text))
    return mixed and entropy(text) >= _ENTROPY


def entropy(text: str) -> float:
    """Return the bits for each character, by how often each one stands in the text."""
    size = len(text)
    return -sum(many / size * math.log2(many / size) for many in Counter(text).values())
