"""Several suggestions, and probabilities, of the real engine."""

from __future__ import annotations

from typing import Any

import pytest

from fimls.backend.sglang import SGLangBackend
from fimls.completion import CompletionService, Query
from fimls.settings import Layer, resolve
from fimls.text import Document, Text

pytestmark = pytest.mark.engine

CODE = "def total(items):\n    result = 0\n    for item in items:\n        res"


async def shown(url: str, *, automatic: bool, **completion: Any) -> list[str]:
    values = {"engine": {"url": url}, "completion": {"speculation": False, **completion}}
    settings, problems = resolve([Layer(name="test", values=values)])
    assert not problems
    backend = SGLangBackend.from_settings(settings.engine)
    service = CompletionService(backend=backend, settings=settings)
    try:
        text = Text.parse(CODE)
        document = Document(uri="file:///a.py", language_id="python", version=1, text=text)
        query = Query(document=document, cursor=text.end, automatic=automatic)
        return [made.text for made in await service.complete(query)]
    finally:
        await service.aclose()


async def test_who_asks_by_hand_gets_different_suggestions(engine: Any) -> None:
    found = await shown(engine.url, automatic=False, candidates=5)
    assert found[0] == (await shown(engine.url, automatic=True))[0]
    assert 2 <= len(found) == len(set(found)) <= 5


async def test_the_surer_it_must_be_the_less_is_shown(engine: Any) -> None:
    thresholds = (0.0, 0.05, 0.3, 0.9)
    found = [
        "".join(await shown(engine.url, automatic=True, min_probability=least))
        for least in thresholds
    ]
    lengths = list(map(len, found))
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] > lengths[-1]
    assert all(found[0].startswith(text) for text in found)
