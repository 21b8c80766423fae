"""The index of a repository: which windows of its files have which terms, and what they define."""

from fimls.context.index.build import build
from fimls.context.index.cache_folder import drop_all, file_for
from fimls.context.index.entry import Entry, entry
from fimls.context.index.store import Definition, Store
from fimls.context.index.window_search import Found

__all__ = ["Definition", "Entry", "Found", "Store", "build", "drop_all", "entry", "file_for"]
