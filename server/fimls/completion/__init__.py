"""Inline completions: from a document and a cursor to text, without LSP or HTTP.

It knows `backend`, `context`, `metrics`, `prompt`, `settings`, `syntax` and `text`.
"""

from fimls.completion.query import Completion, Query, Selected, ShownPrompt
from fimls.completion.service import CompletionService

__all__ = ["Completion", "CompletionService", "Query", "Selected", "ShownPrompt"]
