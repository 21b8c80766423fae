"""Regular expressions as the grammars that llama.cpp constrains answers with.

Source: llama.cpp b11669, ``grammars/README.md`` (GBNF).
"""

from __future__ import annotations

import re

_PIECE = re.compile(
    r"""(?P<any>\[\\s\\S\]|\[\\S\\s\]|\[\\w\\W\]|\[\\d\\D\])"""
    r"""|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])"""
    r"""|(?P<open>\((?:\?:)?(?!\?))|(?P<close>\))|(?P<or>\|)"""
    r"""|(?P<many>[*+?]|\{\d+(?:,\d*)?\})"""
    r"""|(?P<anchor>[\^$])|(?P<dot>\.)|\\(?P<escaped>.)|(?P<plain>[^\\])""",
    re.DOTALL,
)
_CLASSES = {"d": "0-9", "w": "a-zA-Z0-9_", "s": " \\t\\n\\r\\x0b\\x0c"}
_MOST_REPETITIONS = 2_000
"""A grammar that names more is refused, and the request with it (``MAX_REPETITION_THRESHOLD``)."""
_CONTROLS = {"n": "\\n", "r": "\\r", "t": "\\t"}


def grammar(pattern: str) -> str | None:
    """Return a grammar whose texts match a pattern from end to end.

    None where the pattern has what grammars cannot say (looking around, back references, sets of
    Unicode classes, more repetitions than llama.cpp takes).
    """
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        match = _PIECE.match(pattern, at)
        if match is None:
            return None
        part = _part(match)
        if part is None:
            return None
        parts.append(part)
        at = match.end()
    return f"root ::= {' '.join(filter(None, parts))}" if any(parts) else None


def _part(match: re.Match[str]) -> str | None:
    kind, text = str(match.lastgroup), match[0]
    match kind:
        case "any":
            return "."
        case "set":
            return _set(text)
        case "open":
            return "("
        case "many":
            most = max(map(int, re.findall(r"\d+", text)), default=0)
            return text if most <= _MOST_REPETITIONS else None
        case "close" | "or":
            return text
        case "anchor":
            return ""
        case "dot":
            return "[^\\n\\r]"
        case "escaped":
            return _escaped(match["escaped"])
        case _:
            return None if text == "(" else _quoted(text)


def _escaped(char: str) -> str | None:
    if char in _CONTROLS:
        return f'"{_CONTROLS[char]}"'
    if char.lower() in _CLASSES:
        return f"[{'^' if char.isupper() else ''}{_CLASSES[char.lower()]}]"
    return None if char.isalnum() else _quoted(char)


def _quoted(char: str) -> str:
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
    return f'"{named.get(char, char)}"'


def _set(text: str) -> str | None:
    """Return a set of characters with classes written out."""
    negated, body = text[1] == "^", text[1:-1].removeprefix("^")
    said = ""
    at = 0
    while at < len(body):
        char = body[at]
        if char == "\\":
            at += 1
            char = body[at]
            if char in _CLASSES:
                said += _CLASSES[char]
            elif char in _CONTROLS:
                said += _CONTROLS[char]
            elif char.isalnum():
                return None
            else:
                said += f"\\{char}" if char in "]\\" else ("\\x2d" if char == "-" else char)
        elif char == "\n":
            said += "\\n"
        else:
            said += "\\]" if char == "]" else char
        at += 1
    return f"[{'^' if negated else ''}{said}]"
