"""One small completion, made as an editor's is: whether an engine does what it is to do."""

from __future__ import annotations

import attrs

from fimls import text as texts
from fimls.backend.factory import engine_for
from fimls.backend.stale_model_guard import identified
from fimls.completion import CompletionService, Query
from fimls.settings import EngineSettings, Settings

_CODE = "def add(first, second):\n    return first"


async def tiny_completion(engine: EngineSettings, settings: Settings) -> tuple[str, float]:
    """Return what an engine proposes, which may be nothing, and the milliseconds it took.

    It is sent a function of ours, whatever `settings.privacy` says: no text of the user's.

    Raises:
        FimlsError: it answers not, or not as its kind does.
    """
    small = attrs.evolve(
        settings.completion,
        max_new_tokens=16,
        lines="single",
        deadline_ms=60_000,
        reuse=False,
        speculation=False,
        reranking=False,
        debounce_ms=0,
    )
    settings = attrs.evolve(settings, completion=small)
    text = texts.Text.parse(_CODE)
    document = texts.Document(uri="file:///setup.py", language_id="python", version=1, text=text)
    service = CompletionService(backend=identified(engine_for(engine)), settings=settings)
    try:
        made = await service.complete(Query(document=document, cursor=text.end))
    finally:
        await service.aclose()
    return (made[0].text, made[0].timing.total_ms) if made else ("", 0.0)
