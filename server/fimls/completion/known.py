"""What the engine serves: asked before the first prompt, and again after it failed."""

from __future__ import annotations

import asyncio

from fimls.backend.base import Backend
from fimls.completion.layout import Layout
from fimls.completion.served import LoadTokenizer, ServedModel, load_served_model
from fimls.errors import BackendError, BackendUnreachable
from fimls.settings import Settings


class Known:
    """The served model and the layout of its prompts, once they are known."""

    def __init__(self, backend: Backend, settings: Settings, load_tokenizer: LoadTokenizer) -> None:
        """Nothing is asked yet."""
        self._backend = backend
        self._settings = settings
        self._load_tokenizer = load_tokenizer
        self._found: tuple[ServedModel, Layout] | None = None
        self._outdated = False
        self._asking = asyncio.Lock()

    @property
    def ready(self) -> bool:
        """Whether the engine need not be asked."""
        return self._found is not None and not self._outdated

    @property
    def layout(self) -> Layout | None:
        """The layout, if it was needed already."""
        return None if self._found is None else self._found[1]

    def forget(self) -> None:
        """Ask again before the next prompt: the engine may have been started with another model."""
        self._outdated = True

    async def get(self) -> tuple[ServedModel, Layout]:
        """Return what is served; many may wait for it at a time, and it is asked once.

        Raises:
            FimlsError: the engine or its tokenizer cannot be used now.
        """
        if self._found is not None and not self._outdated:
            return self._found
        async with self._asking:
            if self._found is None or self._outdated:
                try:
                    served = await load_served_model(
                        self._backend, self._settings.model, self._load_tokenizer
                    )
                except BackendError as error:
                    # A router may ask an engine that has died, and have others that generate.
                    if self._found is None or isinstance(error, BackendUnreachable):
                        raise
                    return self._found
                self._found, self._outdated = (served, Layout(served, self._settings)), False
            return self._found
