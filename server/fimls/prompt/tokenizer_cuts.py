r"""Where a text can be cut so that its parts have, one after the other, the ids of the whole.

A keystroke changes one line, but a tokenizer reads a text from its start. Cut at the right places,
all other parts keep their ids, which then come from memory.

The rules by which byte-level BPE tokenizers split text before they merge (GPT-2's, and those of
Qwen, Llama 3, StarCoder and DeepSeek) differ in what they do with a line's end: some join it to
the punctuation before it, some to the indentation behind it, and most look one character ahead to
leave the last blank to the word that follows it. They agree in two places, and merges never cross
those:

- before the last blank of an indentation, whatever blank lines came before it;
- between a line end that directly follows text, and text that directly follows it;

each only where an ASCII letter or punctuation comes next: some split off digits or CJK characters
before all else, so that the indentation does not see what follows it, or have no rule for symbols.
"""

from __future__ import annotations

import re

_START = r"[A-Za-z!-#%-*,-/:;?@\[-\]_{}]"
_CUT = re.compile(rf"(?<=[\r\n])[ \t]*?(?=[ \t]{_START})|(?<=\S\n)(?={_START})")


def cut(text: str) -> list[str]:
    """Return the parts of a text, which joined are the text; about one a line of code."""
    parts: list[str] = []
    start = 0
    for place in _CUT.finditer(text):
        parts.append(text[start : place.end()])
        start = place.end()
    parts.append(text[start:])
    return parts
