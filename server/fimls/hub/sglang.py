"""The engine as a hub connects to it."""

from __future__ import annotations

from fimls.backend.base import Backend
from fimls.settings import EngineSettings

_MOST_GENERATIONS = 10_000
"""Connections to an engine; `hub.in_flight` lets fewer be in use at once."""


def sglang(settings: EngineSettings) -> Backend:
    """Return a backend over HTTP to the engine that the settings name."""
    from fimls.backend.identified import identified
    from fimls.backend.sglang import SGLangBackend

    return identified(SGLangBackend.from_settings(settings, generations=_MOST_GENERATIONS))
