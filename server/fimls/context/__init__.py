"""What the model gets to read: the window around the cursor, and snippets from elsewhere.

Here are only names that cost nothing to import; `fimls.context.finder` finds snippets.

It knows `settings`, `syntax` and `text`.
"""

from fimls.context.comment_lines import as_comment
from fimls.context.cursor_site import near
from fimls.context.cursor_window import Budget, CursorWindow, count_within, take_window
from fimls.context.snippet import Snippet

__all__ = [
    "Budget",
    "CursorWindow",
    "Snippet",
    "as_comment",
    "count_within",
    "near",
    "take_window",
]
