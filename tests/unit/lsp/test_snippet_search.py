"""When snippets are looked for, beside the files that change meanwhile."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from fimls.context import Snippet
from fimls.context.edits import EditHistory
from fimls.context.finder import Finder
from fimls.context.index.files import Excluded
from fimls.lsp.configuration import Configuration
from fimls.lsp.snippet_search import SnippetSearch
from fimls.text import Document, Point, Text


async def test_a_file_that_changed_before_the_look_is_in_the_index_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    update = Finder.update

    def slow(self: Finder, path: str, *, excluded: Excluded) -> None:
        time.sleep(0.05)
        update(self, path, excluded=excluded)

    monkeypatch.setattr(Finder, "update", slow)
    root = tmp_path / "repository"
    root.mkdir()
    document = Document(
        uri=(root / "main.py").as_uri(),
        language_id="python",
        version=1,
        text=Text.parse("load_prices("),
    )
    configuration = Configuration(tmp_path / "none.toml")
    configuration.start({"context": {"search_ms": 5_000}}, [root])
    found = asyncio.Queue[tuple[Snippet, ...]]()

    async def give(document: Document, cursor: Point, snippets: tuple[Snippet, ...]) -> None:
        await found.put(snippets)

    looking = SnippetSearch(
        configuration, lambda: [document], EditHistory(), give, reads_files=lambda: True
    )
    try:
        for argument in ("first", "the_second"):
            (root / "prices.py").write_text(f"def load_prices({argument}): ...\n")
            looking.update((root / "prices.py").as_uri())
            looking.changed("")
            looking.look(document, Point(0, len("load_prices(")))
            [snippet, *_] = await asyncio.wait_for(found.get(), 10)
            assert argument in snippet.text
            await asyncio.sleep(0.2)  # it looks once more, as the file changed
            while not found.empty():
                found.get_nowait()
    finally:
        await looking.aclose()
