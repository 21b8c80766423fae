"""What there is behind an engine's address: one engine, or a router's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from fimls.backend.sglang import SGLangBackend
from fimls.errors import BackendError


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineState:
    """What is known of an engine.

    Attributes:
        url: its address.
        up: whether it answered when it was looked at last.
        running: requests that it runs or has waiting, of everybody, or None where it does not say.
    """

    url: str
    up: bool
    running: int | None = None


async def engines(backend: SGLangBackend) -> list[EngineState]:
    """Ask what is behind an address; a router's engines come behind the router itself."""
    try:
        return [EngineState(url=backend.url, up=True, running=await backend.running_requests())]
    except BackendError:
        pass
    try:
        workers = cast("list[dict[str, Any]]", (await backend.get_json("workers"))["workers"])
        found = [
            EngineState(url=str(each["url"]), up=bool(each["is_healthy"]), running=None)
            for each in workers
        ]
    except (BackendError, KeyError, TypeError):
        return [EngineState(url=backend.url, up=await backend.healthy())]
    return [EngineState(url=backend.url, up=any(each.up for each in found)), *found]
