"""The terms by which windows of code are found: identifiers, and the words they are made of."""

from __future__ import annotations

import re

SHORTEST, LONGEST = 2, 64
"""Characters of a term."""

_NAME = re.compile(r"[^\W\d]\w*(?:\.(?=[^\W\d]))?")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")


def terms(text: str) -> set[str]:
    """Return the terms of a text.

    An identifier is a term, in lower case, and so are its parts (``read_all``, ``readAll``: "read",
    "all"). One that a member is taken of is a term with its dot, too ("client."): a window where
    the same name has members tells which members there are.
    """
    found = set[str]()
    for match in set[str](_NAME.findall(text)):  # most names stand in a window several times
        name = match.removesuffix(".")
        if not SHORTEST <= len(name) <= LONGEST:
            continue
        lower = name.lower()
        found.add(lower)
        if name != match:
            found.add(f"{lower}.")
        if "_" in name or lower != name:
            parts = _PARTS.findall(name)
            if len(parts) > 1:
                found.update(part.lower() for part in parts if len(part) > SHORTEST)
    return found
