"""What the engine serves: known before the first prompt, and again when it is another model."""

from __future__ import annotations

import asyncio
import contextlib

from fimls.backend.base import Backend, ModelInfo
from fimls.completion.prompt_layout import PromptLayout
from fimls.completion.served_model import LoadTokenizer, ServedModel, read_served_model
from fimls.errors import BackendError, BackendUnreachable
from fimls.settings import Settings


class ServedModelCache:
    """The served model and the layout of its prompts, once they are known."""

    def __init__(self, backend: Backend, settings: Settings, load_tokenizer: LoadTokenizer) -> None:
        """Nothing is asked yet; `backend` knows when it has to ask the engine."""
        self._backend = backend
        self._settings = settings
        self._load_tokenizer = load_tokenizer
        self._found: tuple[ServedModel, PromptLayout] | None = None
        self._told: ModelInfo | None = None
        self._location: str | None = None
        self._loading: asyncio.Task[None] | None = None

    @property
    def ready(self) -> bool:
        """Whether something is known."""
        return self._found is not None

    @property
    def layout(self) -> PromptLayout | None:
        """The layout, if it was needed already."""
        return None if self._found is None else self._found[1]

    @property
    def engine(self) -> str:
        """Which of several engines serves it; empty where there is one, or nobody knows."""
        return "" if self._found is None else self._found[0].info.engine

    @property
    def waits_for(self) -> str:
        """The tokenizer that is being read where nothing is known yet, or empty."""
        return "" if self._loading is None or self._location is None else self._location

    async def get(self) -> tuple[ServedModel, PromptLayout]:
        """Return what is served now; many may wait for it at a time.

        Raises:
            FimlsError: the engine or its tokenizer cannot be used now.
        """
        try:
            info = await self._backend.model_info()
        except BackendError as error:
            # A router may ask an engine that has died, and have others that generate.
            if self._found is None or isinstance(error, BackendUnreachable):
                raise
            return self._found
        # The same object: the engine was not asked since.
        while self._found is None or (info is not self._told and self._found[0].outdated(info)):
            if self._loading is None:
                # A task of its own: who types cancels what the last key waits for, and a big
                # tokenizer would be read anew at each.
                self._loading = asyncio.create_task(self._load(info))
                self._loading.add_done_callback(self._loaded)
            await asyncio.shield(self._loading)
        self._told = info
        return self._found

    async def aclose(self) -> None:
        """Stop getting to know it."""
        if self._loading is not None:
            self._loading.cancel()
            await asyncio.wait([self._loading])

    async def _load(self, info: ModelInfo) -> None:
        self._location = self._settings.model.tokenizer or info.tokenizer_path
        served = await read_served_model(info, self._settings.model, self._load_tokenizer)
        self._found = served, PromptLayout(served, self._settings)

    def _loaded(self, task: asyncio.Task[None]) -> None:
        self._loading = None
        with contextlib.suppress(asyncio.CancelledError):
            task.exception()  # whoever waits raises it; maybe nobody does any more
