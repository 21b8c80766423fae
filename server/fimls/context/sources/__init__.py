"""What may help at a cursor, each kind by itself: a function from what is known to snippets."""

from fimls.context.sources.definitions import definitions
from fimls.context.sources.edits import edits
from fimls.context.sources.members import members
from fimls.context.sources.windows import windows

__all__ = ["definitions", "edits", "members", "windows"]
