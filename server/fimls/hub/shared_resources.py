"""What all sessions of a hub share: the connections to the engine, tokenizers, whose turn it is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fimls.backend.base import Backend
from fimls.backend.chosen_engines import backend_for, engines_of
from fimls.backend.engine_privacy import privacy_of
from fimls.backend.metering import MeteredBackend
from fimls.completion import CompletionService
from fimls.hub.fair_queue import FairQueue
from fimls.hub.tenant_backend import Tenant, TenantBackend
from fimls.metrics import Meter
from fimls.prompt import PromptTokenizer
from fimls.settings import EngineSettings, Settings

MakeBackend = Callable[[EngineSettings], Backend]

_GENERATIONS = 10_000
_PARTS = 320
"""Parts of texts, about one a line, whose ids are remembered for one editor, and lines that are
counted: about those of one prompt, 0.15 MB."""


class SharedResources:
    """Makes the completion services of sessions."""

    def __init__(self, queue: FairQueue, make_backend: MakeBackend) -> None:
        """Nothing is opened yet."""
        self.queue = queue
        self._make_backend = make_backend
        self._engines: dict[object, Backend] = {}
        self._first_tenants: dict[str, str] = {}
        self._tokenizers: dict[tuple[str, int], PromptTokenizer] = {}
        self._lock = threading.Lock()
        self._reading = threading.Lock()  # for minutes, where the model hub is slow
        self._thread = ThreadPoolExecutor(1, "fimls-layout")  # it starts when it is first needed

    def service(
        self, settings: Settings, tenant: Tenant, meter: Meter | None = None
    ) -> CompletionService:
        """Return a service for one editor; called in worker threads."""
        meter = meter or Meter()
        accepts = settings.hub.accept_shared_cache

        def own(purpose: str) -> TenantBackend:
            return TenantBackend(
                MeteredBackend(self._shared(settings, purpose), meter),
                tenant,
                self.queue,
                meter,
                first_tenants=None if accepts else self._first_tenants,
            )

        same = engines_of(settings, "actions") == engines_of(settings, "completion")
        return CompletionService(
            backend=own("completion"),
            actions=None if same else own("actions"),
            settings=settings,
            load_tokenizer=self.load_tokenizer,
            meter=meter,
            thread=self._thread,
        )

    def _shared(self, settings: Settings, purpose: str) -> Backend:
        """Return the connections to a purpose's engines that all have who may send there."""
        engines = tuple(engines_of(settings, purpose))
        key = engines, settings.privacy.hosted
        with self._lock:
            if key not in self._engines:
                self._engines[key] = self._made(settings, purpose)
            return self._engines[key]

    def _made(self, settings: Settings, purpose: str) -> Backend:
        if not settings.engines and privacy_of(settings.engine) != "hosted":
            return self._make_backend(settings.engine)
        return backend_for(settings, purpose, generations=_GENERATIONS)

    def load_tokenizer(self, location: str) -> PromptTokenizer:
        """Return a tokenizer with a memory of its own; called in worker threads.

        Raises:
            TokenizerError: there is none.
        """
        file = Path(location).expanduser() / "tokenizer.json"
        key = location, file.stat().st_mtime_ns if file.is_file() else 0
        with self._reading:
            tokenizer = self._tokenizers.get(key)
            if tokenizer is None:
                tokenizer = PromptTokenizer.load(location)
                self._tokenizers = {key: tokenizer}  # of the model that is served now
        return tokenizer.remembering_alone(_PARTS)

    async def aclose(self) -> None:
        """Close the connections to engines."""
        for engine in self._engines.values():
            await engine.aclose()
        self._thread.shutdown(wait=False, cancel_futures=True)
