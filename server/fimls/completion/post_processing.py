"""From generated text to what is shown."""

from __future__ import annotations

from fimls.completion.filters import Filtered, apply
from fimls.completion.surroundings import Surroundings
from fimls.completion.trailing_comment import without_trailing_comments


def enough(generated: str, max_lines: int) -> bool:
    """Whether a text has so many whole lines."""
    return generated.count("\n") >= max_lines


def post_process(generated: str, around: Surroundings) -> Filtered:
    """Return what is shown of a text that was generated for a place."""
    return apply(without_trailing_comments(generated, around), around)
