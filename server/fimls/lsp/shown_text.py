"""Showing a text: as a document beside the code where the editor can, else as a message."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from fimls.lsp.server import FimServer


async def show_explanation(ls: FimServer, title: str, text: str) -> None:
    """Show Markdown.

    The document is a file in a folder of this session that nobody else can read; both are gone
    when the session ends.
    """
    if ls.shares_disk and ls.features.edits.documents:
        file = await asyncio.to_thread(_write, ls, title, text)
        params = types.ShowDocumentParams(uri=file.as_uri(), external=False, take_focus=False)
        if (await ls.window_show_document_async(params)).success:
            return
    ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))


def _write(ls: FimServer, title: str, text: str) -> Path:
    if ls.explanations is None:
        ls.explanations = tempfile.TemporaryDirectory(prefix="fimls-")
    file = Path(ls.explanations.name) / "explanation.md"
    file.write_text(f"# {title}\n\n{text}\n", encoding="utf-8")
    return file
