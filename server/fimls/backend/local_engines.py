"""Which engines answer at addresses: on this machine's usual ports, or where somebody says."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fimls.backend.engine_recognition import recognised
from fimls.backend.http_client import HttpClient
from fimls.errors import BackendError, BackendUnauthorised

if TYPE_CHECKING:
    from fimls.backend.api_key import ApiKey

USUAL_PORTS = {
    30_000: "SGLang",
    8080: "llama-server or mlx_lm.server",
    8000: "vLLM",
    11_434: "Ollama",
    1234: "LM Studio",
}
"""Port -> whose default it is; what answers there is asked what it is."""

_PATIENCE_S = 3.0
"""Nothing here computes anything for an answer; a machine that swaps may still take long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEngine:
    """Something that answers as an engine does.

    Attributes:
        url: its base address.
        name: what it is, for people.
        kind: its `engine.kind`, or empty where it does not say what it is.
        models: the names of those that it serves, as it has them.
        wants_key: whether it answers nothing without a key, or with another one.
    """

    url: str
    name: str
    kind: str
    models: tuple[str, ...] = ()
    wants_key: bool = False


async def find_local_engines() -> list[FoundEngine]:
    """Return what answers at this machine's usual ports, in their order; nothing is generated."""
    urls = [f"http://127.0.0.1:{port}" for port in USUAL_PORTS]
    found = await asyncio.gather(*map(_found, urls))
    return [engine for engine in found if engine is not None and engine.kind]


async def look_at(url: str, api_key: ApiKey | None = None) -> FoundEngine:
    """Return what answers at an address.

    Args:
        url: as people write it, with or without ``/v1``.
        api_key: is sent there.

    Raises:
        BackendError: nothing does, or not over HTTP.
    """
    base = url.strip().rstrip("/").removesuffix("/v1")
    http = HttpClient(
        base,
        api_key=api_key,
        connect_timeout_s=_PATIENCE_S,
        read_timeout_s=_PATIENCE_S,
        generations=4,
    )
    try:
        await http.get("health")  # raises where nothing is
        name, kind, models = await recognised(http)
    except BackendUnauthorised:
        return FoundEngine(url=base, name="an engine that wants a key", kind="", wants_key=True)
    finally:
        await http.aclose()
    return FoundEngine(url=base, name=name, kind=kind, models=models)


async def _found(url: str) -> FoundEngine | None:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return await look_at(url)
    except (BackendError, TimeoutError):
        return None
