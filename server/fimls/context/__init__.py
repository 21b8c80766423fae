"""What the model gets to read around the cursor."""

from fimls.context.window import Budget, Window, count_within, take_window

__all__ = ["Budget", "Window", "count_within", "take_window"]
