"""A small repository, and what finds snippets in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import attrs
import pytest

from fimls.context import Snippet
from fimls.context.finder import Finder, Look
from fimls.context.index import Store, build, file_for
from fimls.context.repository import Open
from fimls.settings import ContextSettings
from fimls.text import Document, Point, Text

FILES = {
    "shop/prices.py": (
        "from dataclasses import dataclass\n\n\n"
        "@dataclass\nclass PriceList:\n"
        '    """What things cost."""\n\n    currency: str\n\n'
        "    def price_of(self, article: str, *, with_tax: bool = True) -> int:\n"
        "        return 1\n\n"
        "    def cheapest(self) -> str:\n        return ''\n\n\n"
        "def load_prices(path: str, *, currency: str = 'EUR') -> PriceList:\n"
        "    return PriceList(currency)\n"
    ),
    "shop/report.py": (
        "from shop.prices import load_prices\n\n\n"
        "def write_report(path: str) -> None:\n"
        "    prices = load_prices(path, currency='USD')\n"
        "    print(prices.price_of('apple', with_tax=False))\n"
        "    print(prices.cheapest())\n"
    ),
}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def indexed(root: Path, excluded: Callable[[str, str], bool] = lambda path, language: False) -> int:
    store = Store(file_for(root))
    try:
        return build(store, root, excluded=excluded, rules="", most_files=1_000, most_bytes=100_000)
    finally:
        store.close()


Find = Callable[..., tuple[Snippet, ...]]


@pytest.fixture
def find(root: Path) -> Find:
    """Finds what there is for a cursor at the mark ``¦`` of a text."""

    def found(
        text: str,
        opened: Sequence[tuple[str, str]] = (),
        changed: Sequence[tuple[str, str, str]] = (),
        **settings: object,
    ) -> tuple[Snippet, ...]:
        finder = Finder(root, attrs.evolve(ContextSettings(search_ms=5_000), **settings))
        before = text.partition("¦")[0]
        lines = Text.parse(before).lines
        look = Look(
            document=document("new.py", text.replace("¦", "")),
            path="new.py",
            cursor=Point(len(lines) - 1, len(lines[-1])),
            opened=[Open(path=path, document=document(path, said)) for path, said in opened],
            changed=[(Text.parse(old), document(path, new)) for path, old, new in changed],
        )
        try:
            return finder.find(look)
        finally:
            finder.close()

    return found


def document(path: str, text: str) -> Document:
    return Document(uri=f"file:///{path}", language_id="python", version=1, text=Text.parse(text))
