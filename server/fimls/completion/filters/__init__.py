"""What is shown of what a model wrote: filters, one a file, each a pure function.

They come after the generation: each gets the whole text and what stands around the cursor, and
returns what of it should be shown. To add one, write its file and its golden cases and give it a
place in `FILTERS` of `fimls.completion.post_processing`.
"""

from __future__ import annotations

from fimls.completion.filters.filter_input import Filter, Suggestion

__all__ = ["Filter", "Suggestion"]
