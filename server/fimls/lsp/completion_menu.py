"""``textDocument/completion``: the same completions, for editors that only have a menu.

It is announced to clients that do not declare inline completion, or as the user has set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from fimls.lsp.inline_completion import answered
from fimls.lsp.type_conversion import to_menu
from fimls.settings import CompletionSettings

if TYPE_CHECKING:
    from fimls.completion import Query
    from fimls.lsp.server import FimServer


OPTIONS = types.CompletionOptions(trigger_characters=list(" .,:;=([{<'\"/\\"))
"""Editors ask by themselves only in words: suggestions also begin elsewhere."""


def menu_wanted(capabilities: types.ClientCapabilities, settings: CompletionSettings) -> bool:
    """Whether to announce completions for the menu."""
    if settings.menu != "auto":
        return settings.menu == "always"
    document = capabilities.text_document
    return document is None or document.inline_completion is None


async def menu_completion(ls: FimServer, query: Query | None) -> types.CompletionList | None:
    """Answer with items for the menu; null where a newer request took this one's place.

    The list is incomplete: it is for this text, and the next key asks anew.
    """
    completions = await answered(ls, query)
    if completions is None:
        return None
    if query is None:
        return types.CompletionList(is_incomplete=True, items=[])
    features = ls.features
    return to_menu(completions, query.document, features.encoding, as_is=features.inserts_as_is)
