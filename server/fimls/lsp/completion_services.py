"""The completion service that fits the settings, built when it is first needed."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import attrs

from fimls.errors import BackendReplaced
from fimls.settings import MOST_ENGINES, HubSettings, LogSettings, Settings

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from fimls.completion import Completion, CompletionService, Query, ShownPrompt
    from fimls.context import Snippet
    from fimls.refactor import Action, Question, Selection, Target
    from fimls.refactor.action import Outcome
    from fimls.refactor.service import Verify
    from fimls.text import Document, Point

    ServiceFactory = Callable[[Settings], CompletionService]

logger = logging.getLogger(__name__)


class ServiceSlot:
    """Holds the current service; one that new settings replaced ends with its last request."""

    def __init__(self, factory: ServiceFactory) -> None:
        """`factory` is called in a worker thread: it imports the HTTP client and tokenizers."""
        self._factory = factory
        self._settings = Settings()
        self._current: _Lease | None = None
        self._closing: set[asyncio.Task[None]] = set()

    def use(self, settings: Settings) -> bool:
        """Use these settings from the next request on; false if they mean the same service."""
        same = self.fits(settings)
        self._settings = settings
        if not same:
            self.rest()
        return not same

    def fits(self, settings: Settings) -> bool:
        """Whether settings mean the service that is here."""
        return _of_service(settings) == _of_service(self._settings)

    def rest(self) -> None:
        """Give the service up, once its last request has ended; the next one builds it anew."""
        self._retire()

    @property
    def waits_for(self) -> str:
        """What the service has to get before it can answer, or empty."""
        service = None if self._current is None else self._current.built
        return "" if service is None else service.waits_for

    @property
    def goes_to(self) -> str:
        """Where text goes, for people; empty while that is not known."""
        service = None if self._current is None else self._current.built
        if service is None or not service.ready:
            return ""
        from fimls.backend.chosen_engines import destination

        return destination(self._settings, service.engine)

    async def prepare(self) -> None:
        """Learn what the engine serves, so that the first completion need not."""
        async with self._service():
            pass

    async def look(self) -> None:
        """Ask the engine what it serves, and nothing else; raises a FimlsError if it cannot."""
        async with self._service(prepared=False) as service:
            await service.backend.model_info()

    async def complete(self, query: Query) -> list[Completion]:
        """Return the service's completions; raises what it raises.

        Building and preparing it are shared by all requests and go on when one of them is
        cancelled: while somebody types, each would be cancelled before a tokenizer is read.
        """
        async with self._service() as service:
            return await service.complete(query)

    def forget(self, uri: str) -> None:
        """Drop what is remembered of a document that the editor closed."""
        lease = self._current
        if lease is not None and (service := lease.built) is not None:
            service.forget(uri)

    async def warm(
        self, document: Document, cursor: Point | None, snippets: tuple[Snippet, ...] = ()
    ) -> None:
        """Have the engine read ahead; raises what the service raises."""
        async with self._service() as service:
            await service.warm(document, cursor, snippets)

    async def prompt(self, query: Query) -> ShownPrompt | None:
        """Return what the service would send; raises what it raises."""
        async with self._service() as service:
            return await service.prompt(query)

    async def carry_out(
        self,
        action: Action,
        selection: Selection,
        target: Target,
        *,
        progress: Callable[[str], None],
        verify: Verify | None = None,
    ) -> Outcome:
        """Return what a code action makes of a target; raises what the service raises.

        The service is built, and its engine asked, only where the action needs a model.
        """
        from fimls.refactor.action_outcome import carried_out

        ask_model = partial(
            self._ask_model, action, selection, target, progress=progress, verify=verify
        )
        return await carried_out(action, selection, target, ask_model)

    async def _ask_model(
        self,
        action: Action,
        selection: Selection,
        target: Target,
        question: Question,
        *,
        progress: Callable[[str], None],
        verify: Verify | None,
    ) -> Outcome:
        async with self._service() as service:
            from fimls.backend.chosen_engines import hides_secrets
            from fimls.refactor.service import RefactorService, too_late

            async def answered() -> Outcome:
                backend, served = await service.acting()
                refactoring = RefactorService(
                    backend=backend,
                    chat=await served.conversing(),
                    settings=self._settings.refactor,
                    context_length=served.info.context_length,
                    model=served.info,
                    hides_secrets=hides_secrets(self._settings),
                )
                return await refactoring.carry_out(
                    action,
                    selection,
                    target,
                    question=question,
                    progress=progress,
                    verify=verify,
                )

            deadline_ms = self._settings.refactor.deadline_ms
            try:
                async with asyncio.timeout(deadline_ms / 1e3):
                    for _ in range(MOST_ENGINES):  # each may be the one that fails
                        try:
                            return await answered()
                        except BackendReplaced:  # the conversation was for the model before
                            continue
                    return await answered()
            except TimeoutError:
                return too_late(deadline_ms)

    async def aclose(self) -> None:
        """Close the current service and wait for those that are closing."""
        self._retire()
        await asyncio.gather(*self._closing, return_exceptions=True)

    @asynccontextmanager
    async def _service(self, *, prepared: bool = True) -> AsyncGenerator[CompletionService, None]:
        lease = self._current
        if lease is None:
            building = asyncio.ensure_future(asyncio.to_thread(self._factory, self._settings))
            lease = self._current = _Lease(building=building)
        lease.users += 1
        try:
            service = await asyncio.shield(lease.building)
            if prepared and not service.ready:
                await asyncio.shield(lease.prepare(service))
            yield service
        finally:
            lease.users -= 1
            if lease is self._current and lease.failed:
                self._current = None
            self._close_if_unused(lease)

    def _retire(self) -> None:
        lease, self._current = self._current, None
        if lease is not None:
            lease.retired = True
            self._close_if_unused(lease)

    def _close_if_unused(self, lease: _Lease) -> None:
        if lease.retired and not lease.users:
            task = asyncio.ensure_future(_close(lease))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


def _of_service(settings: Settings) -> Settings:
    """Return the settings without those that a service does not read."""
    return attrs.evolve(settings, log=LogSettings(), hub=HubSettings())


@dataclass(slots=True, kw_only=True, eq=False)
class _Lease:
    building: asyncio.Task[CompletionService]
    preparing: asyncio.Task[object] | None = None
    users: int = 0
    retired: bool = False

    def prepare(self, service: CompletionService) -> asyncio.Task[object]:
        if self.preparing is None or self.preparing.done():
            self.preparing = asyncio.ensure_future(service.prepare())
        return self.preparing

    @property
    def built(self) -> CompletionService | None:
        done = self.building.done() and not self.building.cancelled()
        return self.building.result() if done and not self.building.exception() else None

    @property
    def failed(self) -> bool:
        done = self.building.done() and not self.building.cancelled()
        return done and self.building.exception() is not None


async def _close(lease: _Lease) -> None:
    try:
        service = await lease.building
    except Exception:  # nothing was built, and whoever asked for it was told
        return
    if lease.preparing is not None:
        lease.preparing.cancel()
        await asyncio.wait([lease.preparing])
    try:
        await service.aclose()
    except Exception as error:
        logger.warning("The connection to the engine did not close: %s.", type(error).__name__)
