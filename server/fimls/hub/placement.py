"""Several engines as one: what begins alike goes to the engine, and the rank, that has read it.

The key of a prompt is its tenant and its first tokens. Those stay while somebody works in one
window of a document, and what begins otherwise has nothing in common in a prefix cache, so a key
that names the document would not find more. Each key has an order of preference among all ranks
(`fimls.backend.rendezvous`), and is kept at the first that holds no more than the others
(`fimls.hub.bounded_load`). Where that one does not answer the next one gets it, and the second
where the first has much more to do than the others.
"""

from __future__ import annotations

import asyncio
import logging
import time
from array import array
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import aclosing
from dataclasses import replace
from hashlib import blake2b

from fimls.backend.base import Backend, Chunk, GenerateRequest, ModelInfo, Usage
from fimls.backend.prefill import prefilled
from fimls.backend.rendezvous import preference
from fimls.errors import BackendBusy, BackendError, BackendRejected, BackendReplaced
from fimls.hub.bounded_load import BoundedLoad
from fimls.hub.replica import Replica
from fimls.hub.resumed_answer import ResumedAnswer

HEAD_TOKENS = 64
"""Of a prompt, by which its place is found; who types among these moves, with little to read."""

LOOK_EVERY_S = 1.0
"""How often an engine that does not answer is asked whether it is back."""

_TIMES_THE_MEAN = 2
"""What a rank has to do before its work spills over to the next, beside the setting."""

_OF_RANKS = "routed_dp_rank"
"""What SGLang 0.5.23 names where it refuses a rank (``managers/tokenizer_manager.py``)."""

logger = logging.getLogger(__name__)


class PlacedBackend:
    """A `fimls.backend.base.Backend` over several engines of the same model."""

    def __init__(
        self,
        engines: Mapping[str, Backend],
        *,
        ranks: int = 1,
        spill: int = 16,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is asked yet; the engines are closed with this one.

        Args:
            engines: them, by their addresses.
            ranks: data-parallel ranks of each.
            spill: generations that a rank has at once before others are asked in its place.
            clock: seconds.
        """
        self.replicas = {
            url: Replica(url, backend, ranks=ranks, clock=clock) for url, backend in engines.items()
        }
        self._ranks = ranks
        self._spill = spill
        self._places = {
            f"{url} {rank}": (replica, rank)
            for url, replica in self.replicas.items()
            for rank in range(ranks)
        }
        self._load = BoundedLoad(clock)
        self._looking: set[asyncio.Task[None]] = set()
        self._serves: ModelInfo | None = None

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        """See `Backend.stream`.

        Where an engine dies over it, the next one goes on where it was: a greedy answer is the
        same there. One that has no room passes it on once, as all others may be as full. Where all
        failed and one answers after all, as on a machine that has too much to do for its
        connections, they are asked once more.
        """
        resumed, failed, last = ResumedAnswer(), set[str](), False
        while True:
            replica, rank = self.place(request, but=failed)
            own = replace(request, rank=rank if self._ranks > 1 else None)
            try:
                with replica.at_work(rank):
                    async with aclosing(replica.backend.stream(own)) as chunks:
                        async for chunk in chunks:
                            if (new := resumed.take(chunk)) is not None:
                                yield new
                return
            except BackendRejected as error:
                if own.rank is not None and _OF_RANKS in str(error):
                    raise _no_such_rank(replica.url, own.rank) from error
                raise
            except BackendBusy:
                if failed or len(self.replicas) == 1:
                    raise
                failed.add(replica.url)
                resumed.again()
            except BackendReplaced:
                failed.add(replica.url)
                if len(failed) == len(self.replicas) or request.model != self._serves:
                    raise  # whoever asked learns what is served now
                if (difference := await self._difference(replica)) is None:
                    raise
                self._gone(replica, difference)
                resumed.again()
            except BackendError as error:
                self._gone(replica, error)
                failed.add(replica.url)
                if len(failed) == len(self.replicas):
                    if last or not await self.healthy():
                        raise
                    last = True
                    failed.clear()
                resumed.again()

    async def warm(self, request: GenerateRequest) -> Usage:
        """See `Backend.warm`."""
        return await prefilled(self.stream, request)

    async def model_info(self) -> ModelInfo:
        """See `Backend.model_info`: what was served stays so while one engine serves it.

        Of engines that serve the same model, the one with the least room speaks for all.
        """
        others: list[tuple[Replica, ModelInfo]] = []
        gone: BackendError | None = None
        for replica in sorted(self.replicas.values(), key=lambda replica: not replica.up):
            try:
                info = await replica.backend.model_info()
            except BackendError as error:
                self._gone(replica, error)
                gone = error
                continue
            if self._serves is None or info.is_same_model(self._serves):
                for other, its in others:
                    self._gone(other, _unlike(its, info))
                return self._told(info)
            others.append((replica, info))
        if gone is not None and not others:
            raise gone
        return self._told(others[0][1])

    async def healthy(self) -> bool:
        """See `Backend.healthy`."""
        for replica in self.replicas.values():
            if await replica.backend.healthy():
                return True
        return False

    async def aclose(self) -> None:
        """See `Backend.aclose`."""
        for task in self._looking:
            task.cancel()
        await asyncio.gather(*self._looking, return_exceptions=True)
        for replica in self.replicas.values():
            await replica.backend.aclose()

    def place(self, request: GenerateRequest, *, but: Collection[str] = ()) -> tuple[Replica, int]:
        """Return the engine and the rank for a request; `but` are addresses that failed already."""
        key = key_of(request)
        names = preference(key, self._places)
        answering = [name for name in names if self._places[name][0].up] or names
        kept = self._load.place(key, answering, tokens=len(request.input_ids))
        ordered = [self._places[name] for name in (kept, *(n for n in names if n != kept))]
        ordered = [place for place in ordered if place[0].url not in but]
        up = [place for place in ordered if place[0].up] or ordered
        able = [place for place in up if place[0].takes(key)] or up
        first, *others = able
        if others and self._running(first) >= max(self._spill, _TIMES_THE_MEAN * self._mean()):
            return min(able[:2], key=self._running)
        return first

    def _running(self, place: tuple[Replica, int]) -> int:
        replica, rank = place
        return replica.running[rank]

    def _mean(self) -> float:
        up = [each for each in self._places.values() if each[0].up]
        return sum(map(self._running, up)) / max(1, len(up))

    def _told(self, info: ModelInfo) -> ModelInfo:
        if self._serves is None or not info.takes_prompts_of(self._serves):
            self._serves = info
        room = self._serves.context_length
        return info if info.context_length == room else replace(info, context_length=room)

    async def _difference(self, replica: Replica) -> str | None:
        """Return why an engine cannot stand in for the others, or None if it can."""
        try:
            info = await replica.backend.model_info()
        except BackendError as error:
            return str(error)
        if self._serves is None or info.is_same_model(self._serves):
            self._told(info)
            return None
        return _unlike(info, self._serves)

    def _gone(self, replica: Replica, why: object) -> None:
        if replica.up:
            logger.warning("%s is left out until it answers as the others do: %s", replica.url, why)
            replica.failed()
            task = asyncio.get_running_loop().create_task(self._look(replica))
            self._looking.add(task)
            task.add_done_callback(self._looking.discard)

    async def _look(self, replica: Replica) -> None:
        said = ""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            if not await replica.backend.healthy():
                continue
            if (difference := await self._difference(replica)) is None:
                break
            if difference != said:
                logger.warning("%s answers, and is still left out: %s", replica.url, difference)
                said = difference
        logger.info("%s answers again: its users come back to it.", replica.url)
        replica.returned()


def _no_such_rank(url: str, rank: int) -> BackendRejected:
    return BackendRejected(
        f"The engine at {url} has no data-parallel rank {rank}: set hub.ranks to its --dp-size or"
        " --attn-dp-size, and restart the hub."
    )


def _unlike(info: ModelInfo, others: ModelInfo) -> str:
    return (
        f"it serves {info.model_path} and the others {others.model_path}: start it with the same"
        " model, from the same path."
    )


def key_of(request: GenerateRequest) -> bytes:
    """Return what decides where a request goes."""
    head = array("q", request.input_ids[:HEAD_TOKENS]).tobytes()
    tenant = (request.extra_key or "").encode()
    return blake2b(tenant + b"\0" + head, digest_size=16).digest()
