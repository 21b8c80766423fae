"""Keys and passwords in a text, which no snippet takes along, and hosted engines are not sent."""

from __future__ import annotations

import hashlib
import math
import re
import secrets
from collections import Counter
from collections.abc import Callable

MASK = "***"

_WORDS = (
    "token|secret|passw(?:or)?d|passphrase|pwd|api_?-?key|access_?-?key|private_?-?key|auth"
    "|credential"
)
_TELLS = re.compile(_WORDS)
"""What a text has, in lower case, whose secrets stand under a name."""

_NAME = rf"(?i:[\w-]*(?:{_WORDS})s?[\w-]*)"
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
_BEGINS = re.compile(
    r"A[KS]IA|gh[pousr]_|github_|glpat|xox|[srp]k[-_]|hf_|AIza|ya29|npm_|pypi-|fimls_|eyJ|://"
)
"""What one of those has: they are looked for in every snippet, and stand in few."""

_PRIVATE = re.compile(
    r"(?P<begin>-----BEGIN [A-Z ]*PRIVATE KEY[A-Z ]*-----)"
    r"(?P<body>[\s\S]*?)(?=-----END [A-Z ]*-----|\Z)"
)
_QUOTED = re.compile(r"(?<=[\"'`])[A-Za-z0-9+/=_-]{24,400}(?=[\"'`])")
_ENTROPY = 4.0
"""Bits for each character of what is no word: random base64 has 5 or more, names have 3.5."""


def masked(text: str) -> str:
    """Return a text whose secrets are `MASK`.

    They are known by how they begin (the formats that services publish), as private keys, by the
    name that they stand under, or as quoted texts that are as random as keys are.
    """
    return _replaced(text, lambda secret: MASK)


class Masks:
    """The secrets of one document, and what stands for each while somebody else reads it.

    A mask is the same for the same secret while this process runs, so that a prompt stays as it
    was, and tells nothing of it. Only these masks become secrets again, and only here: what comes
    of other files is not restored.
    """

    def __init__(self) -> None:
        """Nothing is hidden yet."""
        self._secrets: dict[str, str] = {}

    def __bool__(self) -> bool:
        """Whether something is hidden."""
        return bool(self._secrets)

    def hide(self, text: str) -> str:
        """Return a text with a mask for each secret."""
        return _replaced(text, self._mask)

    def hide_around(self, above: str, below: str) -> tuple[str, str]:
        """Return the texts above and below a line that stays as it is.

        A private key is one secret, also where that line is in it.
        """
        if _LINE in above or _LINE in below:
            return self.hide(above), self.hide(below)
        whole = self.hide(f"{above}{_LINE}{below}")
        above, _, below = whole.partition(_LINE)
        return above, below

    def restore(self, text: str, *, ended: bool) -> str:
        """Return what was written with masks as it is meant here.

        Args:
            text: what a model wrote.
            ended: whether it is all; else what may be the beginning of a mask is left out.
        """
        for mask, secret in self._secrets.items():
            text = text.replace(mask, secret)
        return text if ended else text[: len(text) - self._begun(text)]

    def _begun(self, text: str) -> int:
        """Return how many characters at the end of a text may be the beginning of a mask."""
        longest = max(map(len, self._secrets), default=0)
        tails = range(min(longest - 1, len(text)), 0, -1)
        return next(
            (n for n in tails if any(mask.startswith(text[-n:]) for mask in self._secrets)), 0
        )

    def _mask(self, secret: str) -> str:
        if secret in self._secrets:  # hidden already
            return secret
        digest = hashlib.blake2b(secret.encode("utf-8", "replace"), key=_KEY, digest_size=3)
        mask = f"{MASK}{digest.hexdigest()}{MASK}"
        self._secrets[mask] = secret
        return mask


_KEY = secrets.token_bytes(16)
_LINE = "\n\0\n"
"""Stands for a line that stays as it is."""


def _replaced(text: str, mask: Callable[[str], str]) -> str:
    def by_line(found: re.Match[str]) -> str:
        lines = found["body"].split("\n")
        return found["begin"] + "\n".join(
            mask(line) if line.strip(" \0") else line for line in lines
        )

    def hidden(found: re.Match[str], least: float) -> str:
        value = found["value"]
        plain = value.strip() != value or " " in value or entropy(value) < least
        return found.group() if plain else f"{found['before']}{mask(value)}"

    text = _PRIVATE.sub(by_line, text)
    if _BEGINS.search(text):
        text = _LOOKS.sub(lambda found: mask(found.group()), text)
    if _TELLS.search(text.casefold()):
        text = _NAMED.sub(lambda found: hidden(found, 2.5), text)
        text = _BARE.sub(lambda found: hidden(found, 3.0), text)
    return _QUOTED.sub(
        lambda found: mask(found.group()) if _is_random(found.group()) else found.group(), text
    )


def _is_random(text: str) -> bool:
    mixed = any(map(str.isdigit, text)) and any(map(str.isalpha, text))
    return mixed and entropy(text) >= _ENTROPY


def entropy(text: str) -> float:
    """Return the bits for each character, by how often each one stands in the text."""
    size = len(text)
    return -sum(many / size * math.log2(many / size) for many in Counter(text).values())
