"""A completion service for each settings in force: folders of a workspace may narrow them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fimls.lsp.completion_services import ServiceSlot
from fimls.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fimls.completion import Completion, Query, ShownPrompt
    from fimls.context import Snippet
    from fimls.lsp.completion_services import ServiceFactory
    from fimls.refactor import Action, Selection, Target
    from fimls.refactor.action import Outcome
    from fimls.refactor.service import Verify
    from fimls.text import Document, Point

MOST_BUILT = 4
"""Services that are kept at once: each has a tokenizer and connections to the engine."""


class ServicesBySettings:
    """Hands everything on to the slot whose settings are those of the document."""

    def __init__(
        self, factory: ServiceFactory, settings_of: Callable[[Document | None], Settings]
    ) -> None:
        """Nothing is built before it is asked for.

        Args:
            factory: makes a service for settings; see `ServiceSlot`.
            settings_of: returns the settings for a document, or for none.
        """
        self._factory = factory
        self._settings_of = settings_of
        self._slots: list[ServiceSlot] = []  # the one that was used last is the last
        self._spare: list[ServiceSlot] = []

    def use(self, settings: Iterable[Settings]) -> bool:
        """Use these settings from the next request on; false if they mean the same services."""
        missing: list[Settings] = []
        kept: list[ServiceSlot] = []
        for each in settings:
            slot = _find(each, self._slots)
            if slot is None:
                missing.append(each)
            elif slot not in kept:
                kept.append(slot)
        self._spare += [slot for slot in self._slots if slot not in kept]
        self._slots = kept
        for each in missing:
            if _find(each, self._slots) is None:
                self._add(each)
        for slot in self._spare:
            slot.rest()
        return bool(missing)

    async def prepare(self) -> None:
        """Learn what the engine serves, so that the first completion need not."""
        await self._slot(None).prepare()

    @property
    def goes_to(self) -> str:
        """Where the text goes of what was asked for last; see `ServiceSlot.goes_to`."""
        return self._slots[-1].goes_to if self._slots else ""

    def waits_for(self, document: Document) -> str:
        """See `ServiceSlot.waits_for`."""
        return self._slot(document).waits_for

    async def complete(self, query: Query) -> list[Completion]:
        """See `ServiceSlot.complete`."""
        return await self._slot(query.document).complete(query)

    async def warm(
        self, document: Document, cursor: Point | None, snippets: tuple[Snippet, ...] = ()
    ) -> None:
        """See `ServiceSlot.warm`."""
        await self._slot(document).warm(document, cursor, snippets)

    async def prompt(self, query: Query) -> ShownPrompt | None:
        """See `ServiceSlot.prompt`."""
        return await self._slot(query.document).prompt(query)

    async def carry_out(
        self,
        action: Action,
        selection: Selection,
        target: Target,
        *,
        progress: Callable[[str], None],
        verify: Verify | None = None,
    ) -> Outcome:
        """See `ServiceSlot.carry_out`."""
        slot = self._slot(selection.document)
        return await slot.carry_out(action, selection, target, progress=progress, verify=verify)

    async def look(self) -> None:
        """See `ServiceSlot.look`."""
        await self._slot(None).look()

    def forget(self, uri: str) -> None:
        """Drop what is remembered of a document that the editor closed."""
        for slot in self._slots:
            slot.forget(uri)

    async def aclose(self) -> None:
        """Close all services, and wait for those that are closing."""
        await asyncio.gather(*(slot.aclose() for slot in (*self._slots, *self._spare)))

    def _slot(self, document: Document | None) -> ServiceSlot:
        settings = self._settings_of(document)
        slot = _find(settings, self._slots)
        if slot is None:  # nobody said yet what to use
            return self._add(settings)
        self._slots.remove(slot)
        self._slots.append(slot)
        for each in self._slots[:-MOST_BUILT]:
            each.rest()
        return slot

    def _add(self, settings: Settings) -> ServiceSlot:
        slot = self._spare.pop() if self._spare else ServiceSlot(self._factory)
        slot.use(settings)
        self._slots.append(slot)
        return slot


def _find(settings: Settings, slots: list[ServiceSlot]) -> ServiceSlot | None:
    return next((slot for slot in slots if slot.fits(settings)), None)
