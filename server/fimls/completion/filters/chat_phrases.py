"""A model that answers as in a chat begins with a sentence about what it will do."""

from __future__ import annotations

import re
from dataclasses import replace

from fimls.completion.filters.bracket_balance import Balance
from fimls.completion.filters.filter_input import NOTHING, Suggestion
from fimls.completion.surroundings import Surroundings
from fimls.syntax import PROSE

_SENTENCE = re.compile(
    r"\s*(?:(?:sure|certainly|of course|absolutely|okay|great|yes)\b[,!.:]"
    r"|(?:here(?:'s|’s| is| are)|below (?:is|are)|this is|the following is)"
    r"\s+(?:the|your|an?|how)\b"
    r"|(?:i(?:'ll|’ll| will|'ve|’ve| have)|let me|let's|let’s)\s+\w+"
    r"|to (?:complete|finish|fix|implement)\s+(?:the|this|your)\b"
    r"|the (?:completed|missing|finished|updated)\s+(?:code|function|line|part)s?\b)"
    r"[^\n;={}()]*[:.!]?[ \t]*(?:\n|\Z)",
    re.IGNORECASE,
)


def chat(suggestion: Suggestion, around: Surroundings) -> Suggestion:
    """Take away a sentence that the model begins with where code is written."""
    found = _SENTENCE.match(suggestion.text)
    if found is None or around.language_id in PROSE or not around.language_id:
        return suggestion
    if " " not in found[0].strip() or Balance(around).start.inside:
        return suggestion
    if around.before.strip():
        return NOTHING
    return replace(suggestion, text=suggestion.text[found.end() :].lstrip("\n"))
