"""Notes that models put where they leave code out (``# ... rest of the code unchanged``)."""

from __future__ import annotations

import re


def omitted_code(text: str, part: str) -> str | None:
    """Return why a text cannot replace a part, if a line of it stands for code that it leaves out.

    Args:
        text: the answer, free of fences.
        part: the text that it is to replace; such lines of its own are meant.
    """
    old = {line.strip() for line in re.split(r"[\r\n]+", part)}
    for each in text.split("\n"):
        line = each.strip()
        if line not in old and _STANDS_FOR_CODE.search(line):
            return f"The answer leaves code out: `{line}` stands for it."
    return None


_MARK = r"^(?:\#+|//+|/\*+|\*|--|<!--|%|;+)\s*"
_STANDS_FOR_CODE = re.compile(
    rf"""
    ^(?:\.{{3}}|…)(?:$|\s+(?:\#|//|\())                               # an ellipsis alone
    | {_MARK}(?:\.{{3}}|…|\[\.{{3}}\])                             # an ellipsis in a comment
    | {_MARK}.*\b(?:
        rest\ of\ (?:the|your)\ (?:code|function|class|method|file|body|implementation|module)
        | (?:existing|previous|original|remaining|other|your)\ (?:code|implementation|logic|methods?
            |functions?|lines?|body)\s*(?:(?:goes\ )?here|remains?|stays?|unchanged|as\ before|$)
        | (?:rest|remainder|code|body|function|method|class|implementation|logic|everything\ else)
            \ (?:remains?|stays?|is)\ (?:unchanged|the\ same|as\ before)
        | (?:code|implementation|logic)\ (?:goes\ )?here | same\ as\ (?:before|above|the\ original)
        | for\ brevity )
    | {_MARK}\W*(?:unchanged|omitted|snip|etc)\W*$
    """,
    re.VERBOSE | re.IGNORECASE,
)
