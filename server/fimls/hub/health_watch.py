"""Looks after what the hub depends on: whether engines answer, and whether it keeps up itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import attrs

from fimls.backend.router_workers import EngineState, engines
from fimls.backend.sglang import SGLangBackend
from fimls.errors import FimlsError
from fimls.metrics.prometheus import PrometheusMetrics
from fimls.settings import EngineSettings

LOOK_EVERY_S = 5.0
"""How often engines are asked."""

_TIMER_S = 0.25


class HealthWatch:
    """What was seen last.

    Attributes:
        engines: the engines that the settings name, and those behind it if it is a router.
    """

    def __init__(
        self, metrics: PrometheusMetrics, engine: EngineSettings, replicas: Sequence[str] = ()
    ) -> None:
        """Nothing is looked at yet; `replicas` are addresses that stand for the engine's."""
        self.engines: Sequence[EngineState] = ()
        self._metrics = metrics
        self._backends = [
            SGLangBackend.from_settings(attrs.evolve(engine, url=url))
            for url in replicas or [engine.url]
        ]
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to look."""
        self._tasks = [asyncio.create_task(self._look()), asyncio.create_task(self._wait())]

    async def aclose(self) -> None:
        """End."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for backend in self._backends:
            await backend.aclose()

    async def _look(self) -> None:
        while True:
            found = await asyncio.gather(*map(_seen, self._backends))
            self.engines = [state for states in found for state in states]
            gauge = self._metrics.engine_up
            gauge.clear()
            for engine in self.engines:
                gauge.labels(engine.url).set(engine.up)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _wait(self) -> None:
        """Measure how late timers are: whatever happens in this process waits as long."""
        while True:
            due = time.perf_counter() + _TIMER_S
            await asyncio.sleep(_TIMER_S)
            self._metrics.loop_delay_seconds.observe(max(0.0, time.perf_counter() - due))


async def _seen(backend: SGLangBackend) -> list[EngineState]:
    try:
        return await engines(backend)
    except FimlsError:
        return [EngineState(url=backend.url, up=False)]
