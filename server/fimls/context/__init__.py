"""What the model gets to read: the window around the cursor, and snippets from elsewhere.

Here are only names that cost nothing to import; `fimls.context.finder` finds snippets.
"""

from fimls.context.comment import as_comment
from fimls.context.snippet import Snippet
from fimls.context.window import Budget, Window, count_within, take_window

__all__ = ["Budget", "Snippet", "Window", "as_comment", "count_within", "take_window"]
