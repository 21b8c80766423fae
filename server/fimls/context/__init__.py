"""What the model gets to read around the cursor."""

from fimls.context.window import Budget, Window, take_window

__all__ = ["Budget", "Window", "take_window"]
