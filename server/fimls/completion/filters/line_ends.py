r"""Line ends become ``\n``: editors write their own when they insert."""

from __future__ import annotations

from dataclasses import replace

from fimls.completion.filters.filter_input import Suggestion
from fimls.completion.surroundings import Surroundings


def line_ends(suggestion: Suggestion, _around: Surroundings) -> Suggestion:
    r"""Write ``\r\n`` and a lone ``\r`` as ``\n``."""
    return replace(suggestion, text=suggestion.text.replace("\r\n", "\n").replace("\r", "\n"))
