"""The engine as a hub connects to it, or the engines."""

from __future__ import annotations

import attrs

from fimls.backend.base import Backend
from fimls.settings import EngineSettings, HubSettings

_MOST_GENERATIONS = 10_000
"""Connections to an engine; `hub.in_flight` lets fewer be in use at once."""


def sglang(settings: EngineSettings, hub: HubSettings | None = None) -> Backend:
    """Return a backend over HTTP to the engine that the settings name, or to the hub's replicas."""
    from fimls.backend.evictions import EvictionCountingBackend
    from fimls.backend.factory import engine_for
    from fimls.backend.stale_model_guard import identified
    from fimls.hub.placement import PlacedBackend

    hub = hub or HubSettings()

    def engine(url: str) -> Backend:
        own = attrs.evolve(settings, url=url)
        backend = engine_for(own, generations=_MOST_GENERATIONS)
        return EvictionCountingBackend(identified(backend), backend.url)

    urls = hub.replicas or [settings.url]
    if len(urls) == 1 and hub.ranks == 1:
        return engine(urls[0])
    return PlacedBackend({url: engine(url) for url in urls}, ranks=hub.ranks, spill=hub.spill)
