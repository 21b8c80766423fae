"""Text from outside made fit for a terminal, a log line and a status bar."""

from __future__ import annotations

MOST_CHARACTERS = 500


def printable(text: str, *, most: int = MOST_CHARACTERS) -> str:
    """Return a text on one line: no line end, escape sequence or change of direction is left in it.

    What is not printable becomes ``\ufffd``; what is longer is cut.
    """
    shown = "".join(each if each.isprintable() else "\ufffd" for each in text[:most])
    return shown if len(text) <= most else f"{shown}\u2026"
