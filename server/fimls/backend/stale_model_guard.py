"""A backend that is sure who serves before it sends a prompt.

Ids mean something to one model only. Whoever stops an engine and starts another model at its
address leaves every editor with prompts that the new one misreads, and SGLang 0.5.23 dies of an id
beyond its vocabulary. So it is asked again whenever it may be another one: after a failure, when
the last connection to it has ended, and when nothing was heard of it for a while, as something
between us may keep connections. While one types, that costs no request.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Protocol

from fimls.backend.base import Backend, Chunk, GenerateRequest, ModelInfo
from fimls.backend.fitted_request import fitted
from fimls.backend.wrapper import BackendWrapper
from fimls.errors import (
    BackendBusy,
    BackendError,
    BackendProtocolError,
    BackendRejected,
    BackendReplaced,
)

SURE_FOR_S = 2.0
"""How long after a sign of life an engine is taken for the one it was: none starts in less."""


class Engine(Backend, Protocol):
    """An adapter."""

    @property
    def contact(self) -> int | None:
        """What stays the same as long as there is a connection, or None."""
        ...


def identified(engine: Engine) -> ModelCheckedBackend:
    """Return the backend over an engine that is sure who serves."""
    return ModelCheckedBackend(engine, contact=lambda: engine.contact)


class ModelCheckedBackend(BackendWrapper):
    """A backend over another one, for one editor or for all of a hub.

    Invariant: a request that names the model that it was made for is sent to no other model, and
    none is sent with ids that its model does not have.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        contact: Callable[[], int | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is asked yet.

        Args:
            backend: the engine; it is closed with this one.
            contact: what stays the same as long as there is a connection, or None.
            clock: seconds.
        """
        super().__init__(backend)
        self._contact = contact
        self._contact_then: int | None = None
        self._clock = clock
        self._info: ModelInfo | None = None
        self._sure_until = 0.0
        self._asking: asyncio.Task[ModelInfo] | None = None
        self._answers: str | None = None

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        """See `Backend.stream`.

        Raises:
            BackendReplaced: another model is served than the request was made for.
        """
        _check_ids(request)
        await self._check_model(request)
        if request.model is not None:
            if request.max_new_tokens == 0 and request.model.can.warm_up == "none":
                return
            request = fitted(request, request.model.can)
        try:
            async with aclosing(self._backend.stream(request)) as chunks:
                async for chunk in chunks:
                    if self._is_as_before(chunk):
                        self._heard()
                    else:
                        await self._check_model(request)
                    yield chunk
        except (BackendBusy, BackendReplaced):
            raise
        except BackendError:
            self._sure_until = 0.0  # the engine may come back with another model
            raise

    async def model_info(self) -> ModelInfo:
        """See `Backend.model_info`; asked once for all who want to know at a time."""
        if self._info is not None and self._is_sure():
            return self._info
        if self._asking is None:
            # A task of its own: each key of somebody who types cancels what the last one awaits.
            self._asking = asyncio.create_task(self._ask())
            self._asking.add_done_callback(self._asked)
        return await asyncio.shield(self._asking)

    async def aclose(self) -> None:
        """See `Backend.aclose`."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait([self._asking])
        await super().aclose()

    async def _ask(self) -> ModelInfo:
        try:
            self._info = await self._backend.model_info()
        except BackendProtocolError:
            # A router may pass the question to a replica that is gone. What is not SGLang any more
            # does not know the requests that come next either.
            if self._info is None:
                raise
        self._sure_until = self._clock() + SURE_FOR_S
        self._contact_then = self._contact()
        return self._info

    def _is_sure(self) -> bool:
        # Some servers end each connection: of those, time alone says something.
        in_contact = self._contact_then is None or self._contact() == self._contact_then
        return in_contact and self._clock() < self._sure_until

    def _asked(self, task: asyncio.Task[ModelInfo]) -> None:
        self._asking = None
        with contextlib.suppress(asyncio.CancelledError):
            task.exception()  # whoever waits raises it; maybe nobody does any more

    async def _check_model(self, request: GenerateRequest) -> None:
        if request.model is None:
            return
        serves = await self.model_info()
        if not serves.takes_prompts_of(request.model):
            raise BackendReplaced(f"The engine serves {serves.model_path} now: ask once more.")

    def _heard(self) -> None:
        """Take note of a sign of life, unless the engine has to be asked again anyway."""
        if self._sure_until:
            self._sure_until = self._clock() + SURE_FOR_S

    def _is_as_before(self, chunk: Chunk) -> bool:
        """Whether an answer names what the last one named; else the engine is to be asked."""
        before, self._answers = self._answers, chunk.served_by
        if before is None or before == chunk.served_by:
            return True
        self._sure_until = 0.0
        return False


def _check_ids(request: GenerateRequest) -> None:
    ids, model = request.input_ids, request.model
    if model is None or model.vocabulary is None or not ids:
        return
    if not 0 <= min(ids) <= max(ids) < model.vocabulary:
        raise BackendRejected(
            f"The prompt has token ids that {model.model_path} does not have: set model.tokenizer"
            " to the served model's tokenizer, or leave it out."
        )
