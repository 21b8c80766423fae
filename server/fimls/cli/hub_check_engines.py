"""The engines of a hub, each asked what it serves, before anybody's text goes there."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing

import attrs

from fimls.backend.base import Backend, GenerateRequest, ModelInfo
from fimls.cli.check_result import CheckResult
from fimls.errors import BackendRejected, FimlsError
from fimls.settings import Settings


async def check_engines(settings: Settings) -> AsyncGenerator[CheckResult, None]:
    """Ask each replica what it serves and for a completion, or the only engine."""
    from fimls.cli.doctor import check_engine

    of_each = [settings]
    if not settings.engines and settings.hub.replicas:
        urls = settings.hub.replicas
        of_each = [_with_url(settings, url) for url in urls]
    for own in of_each:
        async for finding in check_engine(own):
            yield finding
    first: ModelInfo | None = None
    for own in of_each:
        if len(of_each) > 1 or own.hub.ranks > 1:
            found, first = await _compared(own, first)
            for finding in found:
                yield finding


def _with_url(settings: Settings, url: str) -> Settings:
    return attrs.evolve(settings, engine=attrs.evolve(settings.engine, url=url))


async def _compared(
    own: Settings, first: ModelInfo | None
) -> tuple[list[CheckResult], ModelInfo | None]:
    """Return what keeps an engine from standing in for the first one, and what that serves."""
    from fimls.backend.factory import engine_for

    found: list[CheckResult] = []
    try:
        backend = engine_for(own.engine)
    except FimlsError:
        return found, first  # it was said when it was asked for a completion
    try:
        info = await backend.model_info()
        if first is not None and not info.is_same_model(first):
            found.append(
                CheckResult(
                    subject="replicas",
                    state="bad",
                    says=f"{backend.url} serves {info.model_path}, and not {first.model_path}",
                    remedy="start it with the same model, from the same path.",
                )
            )
        if own.hub.ranks > 1 and not await _has_rank(backend, own.hub.ranks - 1):
            found.append(
                CheckResult(
                    subject="ranks",
                    state="bad",
                    says=f"{backend.url} has fewer than {own.hub.ranks} data-parallel ranks",
                    remedy="set hub.ranks to its --dp-size or --attn-dp-size.",
                )
            )
        return found, first or info
    except FimlsError:
        return found, first
    finally:
        await backend.aclose()


async def _has_rank(backend: Backend, rank: int) -> bool:
    request = GenerateRequest(
        rid=uuid.uuid4().hex, input_ids=(0, 1, 2), max_new_tokens=1, rank=rank
    )
    try:
        async with aclosing(backend.stream(request)) as chunks:
            async for _ in chunks:
                pass
    except BackendRejected:
        return False
    return True
