"""Looks after what the hub depends on: whether engines answer, and whether it keeps up itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from fimls.backend.chosen_engines import allowed_engines
from fimls.backend.engine_privacy import privacy_of
from fimls.backend.factory import engine_for
from fimls.backend.router_workers import EngineState, engines
from fimls.backend.sglang import SGLangBackend
from fimls.errors import FimlsError
from fimls.metrics.prometheus import PrometheusMetrics
from fimls.settings import EngineSettings, Settings

if TYPE_CHECKING:
    from fimls.backend.factory import Engine

LOOK_EVERY_S = 5.0
"""How often engines are asked."""
LOOK_AT_HOSTED_EVERY_S = 30.0
"""How often hosted ones are: their providers count requests, those that cost nothing too."""

_TIMER_S = 0.25


class HealthWatch:
    """What was seen last.

    Engines are asked what generates nothing and sends no text, each kind in its own way. Hosted
    ones that the settings keep text from answer nobody, so they are not asked.
    """

    def __init__(self, metrics: PrometheusMetrics, settings: Settings) -> None:
        """Nothing is looked at yet.

        Raises:
            ConfigurationError: an API key cannot be read.
        """
        self._metrics = metrics
        self._backends = [(engine_for(each), _every_s(each)) for each in _watched_engines(settings)]
        self._found: list[list[EngineState]] = [[] for _ in self._backends]
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def engines(self) -> Sequence[EngineState]:
        """The engines that the settings name, and those behind them that are routers."""
        return [state for states in self._found for state in states]

    def start(self) -> None:
        """Begin to look."""
        looks = [self._look(place) for place in range(len(self._backends))]
        self._tasks = [asyncio.create_task(each) for each in (*looks, self._wait())]

    async def aclose(self) -> None:
        """End."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for backend, _ in self._backends:
            await backend.aclose()

    async def _look(self, place: int) -> None:
        backend, every_s = self._backends[place]
        while True:
            self._found[place] = await _seen(backend)
            gauge = self._metrics.engine_up
            gauge.clear()
            for engine in self.engines:
                gauge.labels(engine.url).set(engine.up)
            await asyncio.sleep(every_s)

    async def _wait(self) -> None:
        """Measure how late timers are: whatever happens in this process waits as long."""
        while True:
            due = time.perf_counter() + _TIMER_S
            await asyncio.sleep(_TIMER_S)
            self._metrics.loop_delay_seconds.observe(max(0.0, time.perf_counter() - due))


def _watched_engines(settings: Settings) -> list[EngineSettings]:
    allowed = allowed_engines(settings)
    if settings.engines or not settings.hub.replicas or privacy_of(settings.engine) == "hosted":
        return allowed
    return [attrs.evolve(settings.engine, url=url) for url in settings.hub.replicas]


def _every_s(engine: EngineSettings) -> float:
    return LOOK_AT_HOSTED_EVERY_S if privacy_of(engine) == "hosted" else LOOK_EVERY_S


async def _seen(backend: Engine) -> list[EngineState]:
    try:
        if isinstance(backend, SGLangBackend):
            return await engines(backend)
        return [EngineState(url=backend.url, up=await backend.healthy())]
    except FimlsError:
        return [EngineState(url=backend.url, up=False)]
