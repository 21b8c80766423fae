"""The SGLang engine, over HTTP.

Source: SGLang 0.5.23, ``entrypoints/http_server.py`` and ``managers/tokenizer_manager.py``.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

from fimls.backend.api_key import ApiKey, read_api_key
from fimls.backend.base import Chunk, GenerateRequest, ModelInfo, Priority, Usage
from fimls.backend.capabilities import Capabilities
from fimls.backend.engine_recognition import told_apart
from fimls.backend.error_messages import cut_short, not_sglang
from fimls.backend.http_client import JSON, HttpClient
from fimls.backend.prefill import prefilled
from fimls.backend.server_sent_events import EventDecoder
from fimls.backend.sglang_json import DONE, Answer, abort_body, generate_body, is_whole
from fimls.backend.tls_files import TlsFiles
from fimls.errors import BackendError, BackendProtocolError, FimlsError
from fimls.printable import printable

if TYPE_CHECKING:
    from fimls.settings import EngineSettings

logger = logging.getLogger(__name__)

_FAREWELL_SECONDS = 2.0
"""How long closing waits for aborts that are under way."""
GENERATIONS = 64
"""Under way at once, where nothing else is said: evaluations ask for many."""
OF_ONE_EDITOR = 6
"""Generations; with what else is asked these are at most eight connections."""
_LINGER_SECONDS = 1.0
"""How long a stream that nobody reads any more, and that is aborted, may take to end."""
_MOST_ABORTS = 64
"""That are under way; the engine notices by itself, after seconds, that the others are left."""

_OWN_KEY = secrets.token_hex(16)
"""Cache namespace of this process: one for its life, so that new settings do not empty the cache,
and a secret, so that nobody else on the engine can read the time of a prompt off it."""


def own_namespace() -> str:
    """Return the cache namespace of this process."""
    return _OWN_KEY


class SGLangBackend:
    """A `fimls.backend.base.Backend` over a bounded number of connections.

    Attributes:
        url: the engine's base address, without a slash at its end.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: ApiKey | None = None,
        connect_timeout_s: float = 2.0,
        read_timeout_s: float = 30.0,
        extra_key: str | None = None,
        generations: int = GENERATIONS,
        tls: TlsFiles | None = None,
    ) -> None:
        """Nothing is imported, opened or asked yet: all that waits for the first request.

        Args:
            url: the engine's base address.
            api_key: sent with every request, and only to this address.
            connect_timeout_s: how long to wait for a connection.
            read_timeout_s: how long the engine may be silent while it answers.
            extra_key: cache namespace of requests that bring none.
            generations: how many may be under way at once, each on a connection of its own; others
                wait.
            tls: files that TLS takes.
        """
        self._http = HttpClient(
            url,
            api_key=api_key,
            connect_timeout_s=connect_timeout_s,
            read_timeout_s=read_timeout_s,
            generations=generations,
            tls=tls,
        )
        self.url = self._http.url
        self._extra_key = extra_key
        self._aborts: set[asyncio.Task[None]] = set()
        self._abort_refused = False
        self._told: tuple[dict[str, Any], ModelInfo] | None = None

    @classmethod
    def from_settings(
        cls, settings: EngineSettings, *, generations: int = GENERATIONS
    ) -> SGLangBackend:
        """Return the backend that the settings describe.

        Raises:
            ConfigurationError: the API key cannot be read.
        """
        return cls(
            settings.url,
            api_key=read_api_key(settings),
            connect_timeout_s=settings.connect_timeout_ms / 1e3,
            read_timeout_s=settings.read_timeout_ms / 1e3,
            extra_key=settings.extra_key or (None if settings.share_cache else _OWN_KEY),
            generations=generations,
            tls=TlsFiles.of(settings),
        )

    @property
    def opened(self) -> int:
        """How many connections were opened so far."""
        return self._http.opened

    @property
    def contact(self) -> int | None:
        """How often a connection was opened while there was no other; None while there is none.

        While it stays the same there has been a connection all the time, so the engine that
        answers now is the one that answered before. Connections are kept for seconds only.
        """
        return self._http.contact if self._http.sockets else None

    @property
    def sockets(self) -> int:
        """How many connections there are."""
        return self._http.sockets

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        """See `Backend.stream`.

        Raises:
            ConfigurationError: the address, or a proxy that the environment names, is not usable.
        """
        if request.extra_key is None:
            request = dataclasses.replace(request, extra_key=self._extra_key)
        answer = Answer(request, self.url)
        try:
            async with aclosing(self._posted(request, answer)) as events:
                async for event in events:
                    if event != DONE and not answer.ended:
                        yield answer.take(event)
            if not answer.ended:
                raise cut_short(self.url)
        except BackendError:
            self._told = None  # it may come back with the same model and less room
            # What breaks after the last chunk, on the way to the stream's end, hurts nobody.
            if not answer.finished:
                raise
        finally:
            # The closed stream alone ends the generation too, but only after seconds.
            if answer.begun and not answer.ended:
                self._abort_soon(request.rid)

    async def _posted(self, request: GenerateRequest, answer: Answer) -> AsyncGenerator[str, None]:
        """Ask for a generation; yields the events of its stream."""
        of_trace = {"traceparent": request.traceparent} if request.traceparent else {}
        urgent = (request.priority or Priority.COMPLETION) >= Priority.COMPLETION
        asked = self._http.generation(
            "generate",
            generate_body(request),
            {**JSON, **of_trace},
            urgent=urgent,
            linger_s=0.0 if self._abort_refused else _LINGER_SECONDS,
            sent=answer.begin,
        )
        async with asked as posted:
            if posted.status != 200:
                answer.ended = True
                raise await self._http.refusal(posted)
            decoder = EventDecoder()
            async for data in posted.data:
                for event in decoder.feed(data):
                    yield event
            for event in decoder.end():
                if is_whole(event):
                    yield event

    async def warm(self, request: GenerateRequest) -> Usage:
        """See `Backend.warm`."""
        return await prefilled(self.stream, request)

    async def model_info(self) -> ModelInfo:
        """See `Backend.model_info`; it asks each time, of the same model with one request."""
        try:
            info = await self.get_json("model_info", "get_model_info")
        except BackendProtocolError as error:
            raise await told_apart(self._http, error) from error
        if self._told is not None and self._told[0] == info:
            return dataclasses.replace(self._told[1])  # its files may be others by now
        path = info.get("model_path")
        if not isinstance(path, str):
            raise not_sglang(self.url, "it does not name its model")
        server = await self._server_info()
        told = ModelInfo(
            # Both are shown and logged: a line end in one would forge a line.
            model_path=printable(path),
            tokenizer_path=printable(str(info.get("tokenizer_path") or path)),
            context_length=await self._context_length(server),
            vocabulary=_number(info.get("vocab_size")),
            can=Capabilities(granularity=_number(server.get("page_size")) or 1),
        )
        self._told = info, told
        return told

    async def healthy(self) -> bool:
        """See `Backend.healthy`. SGLang generates a token for it, which takes a second."""
        try:
            return await self._http.get("health") == 200
        except BackendError:
            return False

    async def running_requests(self) -> int:
        """Return how many requests the engine runs or has waiting, of everybody."""
        loads = (await self.get_json("v1/loads")).get("loads")
        try:
            return sum(
                int(load["num_running_reqs"]) + int(load["num_waiting_reqs"])
                for load in cast("list[dict[str, Any]]", loads)
            )
        except (KeyError, TypeError, ValueError) as error:
            raise not_sglang(self.url, "it does not say what it runs") from error

    async def aclose(self) -> None:
        """Close the connections, after aborts that are under way."""
        if self._aborts:
            _, late = await asyncio.wait(self._aborts, timeout=_FAREWELL_SECONDS)
            for task in late:
                task.cancel()
        await self._http.aclose()

    async def _server_info(self) -> dict[str, Any]:
        """What the engine was started with; a router may not know."""
        try:
            return await self.get_json("server_info", "get_server_info")
        except BackendError as error:
            logger.info("The engine does not say how it was started: %s", error)
            return {}

    async def _context_length(self, server: dict[str, Any]) -> int | None:
        """The longest prompt and answer together that the engine takes.

        ``max_req_input_len`` is what model and cache memory leave room for; a router may know only
        the model's own length.
        """
        for name in ("max_req_input_len", "context_length"):
            if (length := _number(server.get(name))) is not None:
                return length
        try:
            models = await self.get_json("v1/models")
        except BackendError as error:
            logger.info("The engine does not say how long a prompt may be: %s", error)
            return None
        match models:
            case {"data": [{"max_model_len": length}, *_]}:
                return _number(length)
            case _:
                return None

    async def get_json(self, *paths: str) -> dict[str, Any]:
        """Return the JSON at the first of these paths that the engine knows."""
        return await self._http.get_json(*paths)

    def _abort_soon(self, rid: str) -> None:
        """Abort in a task of its own: whoever reads the stream may be cancelled already."""
        if self._http.closed or len(self._aborts) >= _MOST_ABORTS:
            return
        task = asyncio.get_running_loop().create_task(self._abort(rid))
        self._aborts.add(task)
        task.add_done_callback(self._aborts.discard)

    async def _abort(self, rid: str) -> None:
        try:
            status = await self._http.post("abort_request", abort_body(rid))
        except FimlsError as error:
            logger.debug("Request %s was not aborted: %s", rid, error)
            return
        # With an admin key SGLang keeps aborting to itself; a router may not know it.
        if status != 200 and not self._abort_refused:
            self._abort_refused = True
            logger.info(
                "The engine does not let us abort requests (HTTP %d); it notices by itself that"
                " they are not wanted, but only after seconds.",
                status,
            )


def _number(said: object) -> int | None:
    """Return what an engine says, if that is a number of things."""
    return said if type(said) is int and said > 0 else None
