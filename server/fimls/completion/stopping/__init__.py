"""When a completion ends: rules that look at the text while it is generated."""

from fimls.completion.stopping.stopping import Stopping

__all__ = ["Stopping"]
