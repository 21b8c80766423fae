"""What all adapters over HTTP have in common: connections, streams of events, leaving alone."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, cast
from urllib.parse import urlsplit, urlunsplit

import orjson

from fimls.backend.api_key import ApiKey
from fimls.backend.back_off import BackOff
from fimls.backend.base import Chunk, GenerateRequest, ModelInfo, Priority, Usage
from fimls.backend.engine_recognition import told_apart
from fimls.backend.error_messages import engine_message, from_status, not_sglang, said_of
from fimls.backend.http_client import JSON, HttpClient
from fimls.backend.prefill import prefilled
from fimls.backend.server_sent_events import EventDecoder
from fimls.backend.sglang_json import DONE, is_whole
from fimls.backend.tls_files import TlsFiles
from fimls.errors import BackendBusy, BackendError, BackendProtocolError, BackendRejected
from fimls.text import without_surrogates

_MALFORMED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What reading an event raises that is not as it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connecting:
    """Where an engine is and how it is spoken to; see `fimls.settings.EngineSettings`.

    Attributes:
        url: the base address.
        model: what it is to serve, or empty for what it serves.
        prompt: the form of prompts, or ``auto`` for the best that it takes.
        api_key: sent with every request, and only to this address.
        connect_timeout_s: how long to wait for a connection.
        read_timeout_s: how long the engine may be silent while it answers.
        namespace: cache namespace of requests that bring none.
        generations: how many may be under way at once.
        hosted: whether tokens cost money: nothing is generated that nobody reads.
        tls: files that TLS takes.
    """

    url: str
    model: str = ""
    prompt: Literal["auto", "ids", "text", "suffix"] = "auto"
    api_key: ApiKey | None = None
    connect_timeout_s: float = 2.0
    read_timeout_s: float = 30.0
    namespace: str | None = None
    generations: int = 64
    hosted: bool = False
    tls: TlsFiles | None = None


class HttpEngine:
    """An engine over HTTP; whoever inherits from it adds `stream` and `model_info`.

    Attributes:
        url: the engine's base address, without what its interface adds.
    """

    kind: ClassVar[str]
    """Its `engine.kind` in the settings."""
    name: ClassVar[str]
    """What it is, in sentences."""
    endings: ClassVar[tuple[str, ...]] = ()
    """What base addresses end with in other programs' settings, the longest first."""

    def __init__(self, connecting: Connecting) -> None:
        """Nothing is opened or asked yet."""
        self.connecting = connecting
        self._http = HttpClient(
            _base(connecting.url, self.endings),
            api_key=connecting.api_key,
            connect_timeout_s=connecting.connect_timeout_s,
            read_timeout_s=connecting.read_timeout_s,
            generations=connecting.generations,
            tls=connecting.tls,
        )
        self.url = self._http.url
        self._back_off = BackOff()

    @property
    def contact(self) -> int | None:
        """See `SGLangBackend.contact`."""
        return self._http.contact if self._http.sockets else None

    @property
    def sockets(self) -> int:
        """How many connections there are."""
        return self._http.sockets

    @property
    def opened(self) -> int:
        """How many connections were opened so far."""
        return self._http.opened

    def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        """See `Backend.stream`."""
        raise NotImplementedError

    async def model_info(self) -> ModelInfo:
        """See `Backend.model_info`."""
        raise NotImplementedError

    async def warm(self, request: GenerateRequest) -> Usage:
        """See `Backend.warm`."""
        return await prefilled(self.stream, request)

    async def healthy(self) -> bool:
        """See `Backend.healthy`; nothing is generated for it."""
        try:
            await self.model_info()
        except BackendError:
            return False
        return True

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def get_json(self, *paths: str) -> dict[str, Any]:
        """Return the JSON at the first of these paths that the server knows."""
        self._back_off.check(self.url)
        try:
            return await self._http.get_json(*paths)
        except BackendBusy as error:
            self._back_off.refused(error)
            raise
        except BackendProtocolError as error:
            raise await told_apart(self._http, said_of(error, self.name), self.kind) from None
        except BackendError as error:
            raise said_of(error, self.name) from None

    async def known_json(self, path: str) -> dict[str, Any]:
        """Return the JSON at a path, or nothing where the server does not know it."""
        try:
            return await self._http.get_json(path)
        except BackendProtocolError:
            return {}

    async def events(
        self, path: str, body: dict[str, Any], request: GenerateRequest
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Post a request; yields the objects of the stream that answers it.

        Leaving early closes the connection, which ends the generation in the engine.
        """
        self._back_off.check(self.url)
        of_trace = {"traceparent": request.traceparent} if request.traceparent else {}
        asked = self._http.generation(
            path,
            orjson.dumps(body),
            {**JSON, **of_trace},
            urgent=(request.priority or Priority.COMPLETION) >= Priority.COMPLETION,
            linger_s=0.0,
            sent=lambda: None,
        )
        try:
            async with asked as posted:
                if posted.status != 200:
                    raise self.refused(await self._http.refusal(posted))
                self._back_off.passed()
                decoder = EventDecoder()
                async for data in posted.data:
                    for event in decoder.feed(data):
                        if event == DONE:
                            return
                        yield self._read(event)
                for event in decoder.end():
                    if event != DONE and is_whole(event):
                        yield self._read(event)
        except BackendBusy as error:
            self._back_off.refused(error)
            raise
        except BackendError as error:
            raise said_of(error, self.name) from None

    def refused(self, error: BackendError) -> BackendError:
        """Return an engine's refusal in the words that help most."""
        form = self.connecting.prompt
        if isinstance(error, BackendRejected) and form != "auto":
            said = str(error).removesuffix(".")
            error.args = (f"{said}: set engine.prompt to auto, unless {form} is what it takes.",)
        return error

    def malformed(self, why: str) -> BackendError:
        """Return the error for an answer that is not this engine's."""
        return said_of(not_sglang(self.url, why), self.name)

    def _read(self, event: str) -> dict[str, Any]:
        try:
            fields = cast("dict[str, Any]", orjson.loads(event))
            error = fields.get("error")
        except _MALFORMED as problem:
            raise self.malformed("an event is not a JSON object") from problem
        if error:
            table = cast("dict[str, Any]", error if isinstance(error, dict) else fields)
            code = table.get("code")
            code = code if isinstance(code, int) and code >= 400 else 500
            raise self.refused(from_status(code, engine_message(fields), self.url))
        return fields


def without_lone_surrogates(request: GenerateRequest) -> tuple[str, str | None]:
    """Return a request's text and suffix as they can be sent."""
    suffix = None if request.suffix is None else without_surrogates(request.suffix)
    return without_surrogates(request.text or ""), suffix


def suffix_body(request: GenerateRequest, model: str, most_stops: int | None) -> dict[str, Any]:
    """Return the body of a fill-in-the-middle request that has prefix and suffix as texts."""
    text, suffix = without_lone_surrogates(request)
    body: dict[str, Any] = {
        "model": model,
        "prompt": text,
        "suffix": suffix or "",
        "max_tokens": request.max_new_tokens,
        "temperature": request.temperature,
        "stream": True,
    }
    if request.stop:
        body["stop"] = list(request.stop[:most_stops])
    return body


def _base(url: str, endings: tuple[str, ...]) -> str:
    """Return a base address without what other programs want at its end."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url  # who opens it says what is wrong
    path = parts.path.rstrip("/")
    for ending in endings:
        if path.endswith(ending):
            path = path[: -len(ending)].rstrip("/")
            break
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, parts.fragment))
