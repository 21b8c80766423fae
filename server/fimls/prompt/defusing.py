"""Special tokens in the user's own text, made harmless for prompts that are sent as text.

An engine that gets a text reads ``<｜fim▁hole｜>`` in it as the special token, whoever wrote it
there. A word joiner before its last character makes ordinary characters of it, and what stands
before that stays as it is, so that the prompt still only grows at its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from fimls.prompt.fim_template import TEMPLATES

_JOINER = "\u2060"

_MARKUP = re.compile(r"<[|｜][^\s<>]{1,48}?[|｜]>|▁?<[A-Z]{3,4}>|\[(?:SUFFIX|PREFIX|MIDDLE|INST)\]")
"""What special tokens look like, where the served model's own are not known."""


def defused(text: str, tokens: Iterable[str] = ()) -> str:
    """Return text in which no special token stands any more.

    Args:
        text: of a document, or of somebody who asks.
        tokens: those of the served model, where they are known.
    """
    found = _pattern(tuple(tokens))
    return found.sub(lambda match: match[0][:-1] + _JOINER + match[0][-1:], text)


@lru_cache(maxsize=4)
def _pattern(tokens: tuple[str, ...]) -> re.Pattern[str]:
    known = {
        token
        for template in TEMPLATES
        for token in (*template.tokens, *template.stop)
        if len(token) > 1
    }
    named = sorted({*known, *filter(lambda each: len(each) > 1, tokens)}, key=len, reverse=True)
    return re.compile("|".join([*map(re.escape, named), _MARKUP.pattern]))
