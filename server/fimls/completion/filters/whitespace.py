"""Blanks alone are nothing to show, and none end a suggestion at a line's end or before a blank."""

from __future__ import annotations

from dataclasses import replace

from fimls.completion.filters.filter_input import NOTHING, Suggestion
from fimls.completion.surroundings import Surroundings


def blanks(suggestion: Suggestion, around: Surroundings) -> Suggestion:
    """Drop a blank text; take blanks from the end where none or another blank follows."""
    if not suggestion.text.strip():
        return NOTHING
    rest = around.after[suggestion.replaces :]
    if rest.strip() and not rest[0].isspace():
        return suggestion  # a blank before more of the line may be meant
    text = suggestion.text.rstrip(" \t") if rest.strip() else suggestion.text.rstrip()
    return replace(suggestion, text=text)
