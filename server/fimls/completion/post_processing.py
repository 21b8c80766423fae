"""From generated text to what is shown: the filters, in their one order."""

from __future__ import annotations

from dataclasses import dataclass

from fimls.completion.filters.block_ends import block_ends
from fimls.completion.filters.chat_phrases import chat
from fimls.completion.filters.file_headers import file_headers
from fimls.completion.filters.filter_input import NOTHING, Filter, Suggestion
from fimls.completion.filters.indentation import indentation
from fimls.completion.filters.line_ends import line_ends
from fimls.completion.filters.line_start import line_start
from fimls.completion.filters.lines_above import lines_above
from fimls.completion.filters.lines_below import lines_below
from fimls.completion.filters.markdown_fences import fences
from fimls.completion.filters.odd_characters import odd_characters
from fimls.completion.filters.prompt_echoes import echoes
from fimls.completion.filters.repetition import repetition
from fimls.completion.filters.rest_of_line import rest_of_line
from fimls.completion.filters.special_tokens import special_tokens
from fimls.completion.filters.verbatim_copies import copies
from fimls.completion.filters.whitespace import blanks
from fimls.completion.surroundings import Surroundings
from fimls.completion.trailing_comment import without_trailing_comments

FILTERS: tuple[tuple[str, Filter], ...] = (
    # What is no text of this file ends it, so that the others read code only.
    ("line_ends", line_ends),
    ("odd_characters", odd_characters),
    ("special_tokens", special_tokens),
    ("chat", chat),
    ("fences", fences),
    ("file_headers", file_headers),
    ("echoes", echoes),
    ("copies", copies),
    ("repetition", repetition),
    # Then what the document says already: whole lines first, for they may hide the rest.
    ("lines_above", lines_above),
    ("lines_below", lines_below),
    ("block_ends", block_ends),
    ("rest_of_line", rest_of_line),
    # What is left is given its form.
    ("indentation", indentation),
    ("line_start", line_start),
    ("blanks", blanks),
)
"""Every filter with its name, in the one order in which they are applied."""

MOST_ROUNDS = 8
"""Rounds until nothing changes any more; two are usual, the second one finds nothing to do."""


def post_process(generated: str, around: Surroundings) -> Filtered:
    """Return what is shown of a text that was generated for a place."""
    return apply(without_trailing_comments(generated, around), around)


@dataclass(frozen=True, slots=True)
class Filtered:
    """What is shown, and what made it so.

    Attributes:
        suggestion: what is shown; its text is empty when there is nothing to show.
        changed_by: names of the filters that changed the text, in their order.
    """

    suggestion: Suggestion
    changed_by: tuple[str, ...] = ()


def apply(text: str, around: Surroundings) -> Filtered:
    """Return what is shown of a generated text.

    The filters are applied until none of them changes anything: what one takes away may show
    another what to take. So applying them to what is shown changes nothing, in any order.
    """
    suggestion = Suggestion(text)
    changed = dict.fromkeys((name for name, _ in FILTERS), False)
    for _ in range(MOST_ROUNDS):
        before = suggestion
        for name, each in FILTERS:
            after = each(suggestion, around)
            changed[name] |= after != suggestion
            suggestion = after
            if not suggestion.text:
                suggestion = NOTHING
                break
        if suggestion in (before, NOTHING):
            break
    return Filtered(suggestion, tuple(name for name, is_changed in changed.items() if is_changed))


def enough(generated: str, max_lines: int) -> bool:
    """Whether a text has so many whole lines."""
    return generated.count("\n") >= max_lines
