"""The hub: listeners, what comes in at them, and what all of it shares."""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from fimls.backend.base import Backend
from fimls.errors import ConfigurationError
from fimls.frames import Frames
from fimls.hub.address import Address, is_loopback
from fimls.hub.connection import Connection, Framing, repository_of
from fimls.hub.entry import Door, Refused, User
from fimls.hub.fair import FairQueue, Room
from fimls.hub.garbage import Garbage
from fimls.hub.session import Session
from fimls.hub.shared import MakeBackend, Shared
from fimls.hub.sockets import open_socket
from fimls.hub.tenant import Tenant, namespace
from fimls.hub.tokens import Tokens, tokens_file
from fimls.hub.watch import Watch
from fimls.hub.websocket import WebSocketFrames
from fimls.lsp import FimServer, create_server
from fimls.lsp.configuration import Configuration
from fimls.lsp.handlers import reread_settings
from fimls.lsp.logs import set_level
from fimls.metrics.metrics import Metrics
from fimls.metrics.pages import Page, Pages
from fimls.settings import EngineSettings, HubSettings, Settings

_LOOK_EVERY_S = 2.0
"""How often it is looked whether tokens were revoked or have expired."""

_MOST_GENERATIONS = 10_000
"""Connections to an engine; `hub.in_flight` lets fewer be in use at once."""
_MOST_OUTSIDE = 128
"""Connections that are not let in yet: who opens many of them keeps nobody else out."""

logger = logging.getLogger(__name__)


class Hub:
    """Serves many editors at once.

    Attributes:
        addresses: where it listens.
        connections: the editors that are connected, let in or not.
        shared: what all of them share.
        metrics: what is counted.
    """

    def __init__(
        self,
        user_file: Path,
        *,
        make_backend: MakeBackend | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read the settings; nothing listens yet.

        Args:
            user_file: the settings of whoever starts the hub.
            make_backend: connects to the engine; by default over HTTP to SGLang.
            clock: seconds.
        """
        self.addresses: list[Address] = []
        self.connections: set[Connection] = set()
        self._user_file = user_file
        self._clock = clock
        self._settings = self._read_settings()
        self._secret = secrets.token_hex(32)
        self._tls: ssl.SSLContext | None = None
        self._servers: list[asyncio.Server] = []
        self._made: list[Path] = []
        self._ending: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None
        self.tokens = Tokens(tokens_file(self._settings.hub), clock=time.time)
        self.door = Door(self._settings.hub, self.tokens, clock=clock)
        self.shared = Shared(FairQueue(_room(self._settings.hub)), make_backend or _sglang)
        self.metrics = Metrics()
        self._seen = Watch(self.metrics, self._settings.engine)
        self._garbage = Garbage(quiet=lambda: not self.connections)
        self._pages = Pages(self.metrics, engines=lambda: self._seen.engines)

    @property
    def settings(self) -> Settings:
        """The settings in force; editors add theirs for themselves."""
        return self._settings

    async def start(
        self,
        addresses: Sequence[Address],
        inherited: Sequence[tuple[Address, socket.socket]] = (),
    ) -> None:
        """Listen at addresses, and on sockets that are open already.

        Raises:
            ConfigurationError: something is wrong with one of them; then nothing listens.
        """
        opened = list(inherited)
        try:
            self.tokens.refresh()
            for address in [*addresses, *(address for address, _ in inherited)]:
                self.door.check(address)
            if any(a.encrypted for a in [*addresses, *(address for address, _ in inherited)]):
                self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                self._load_certificate()
            mode = int(self._settings.hub.socket_mode, 8)
            for address in addresses:
                opened.append(open_socket(address, mode=mode))
                if address.scheme == "unix":
                    self._made.append(Path(address.path))
        except BaseException:
            for _, listening in opened:
                listening.close()
            self._remove_sockets()
            raise
        for address, listening in opened:
            self._servers.append(await self._listen(address, listening))
            self.addresses.append(address)
        self._watch = asyncio.create_task(self._look_after_tokens())
        self._seen.start()
        self._garbage.start()

    async def reload(self) -> None:
        """Read tokens, certificate and settings again; what cannot be read stays as it was."""
        try:
            self._settings = self._read_settings()
            self.tokens.refresh()
            if self._tls is not None:
                self._load_certificate()
        except ConfigurationError as error:
            logger.error("%s", error)
            return
        self.door.use(self._settings.hub)
        self.shared.queue.room = _room(self._settings.hub)
        for connection in self.connections:
            if connection.session.server is not None:
                reread_settings(connection.session.server)
        self._put_out()
        logger.info("Settings and tokens were read again.")

    async def drain(self) -> None:
        """Let nobody in any more, finish the answers that are under way, and end.

        Editors whose answers are there are told to go at once, and find the next hub.
        """
        for server in self._servers:
            server.close()
        until = self._clock() + self._settings.hub.drain_ms / 1e3
        for connection in self.connections:
            connection.session.drain()
        while self.connections and self._clock() < until:
            for connection in [*self.connections]:
                if not connection.session.busy:
                    connection.close()
            await asyncio.sleep(0.01)
        await self.aclose()

    async def aclose(self) -> None:
        """End at once."""
        if self._watch is not None:
            self._watch.cancel()
        for server in self._servers:
            server.close()
        for connection in [*self.connections]:
            connection.close()
        for connection in [*self.connections]:
            self._gone(connection)
        await asyncio.gather(*self._ending, return_exceptions=True)
        await self.shared.aclose()
        await self._seen.aclose()
        await self._garbage.aclose()
        self._remove_sockets()

    def _remove_sockets(self) -> None:
        for path in self._made:
            path.unlink(missing_ok=True)
        self._made.clear()

    async def _listen(self, address: Address, listening: socket.socket) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        listening.setblocking(False)

        def connected() -> Connection:
            return Connection(self._settings.hub, address, begin=self._begin, ended=self._gone)

        if address.scheme == "unix":
            return await loop.create_unix_server(connected, sock=listening)
        if not address.encrypted:
            return await loop.create_server(connected, sock=listening)
        return await loop.create_server(
            connected,
            sock=listening,
            ssl=self._tls,
            ssl_handshake_timeout=self._settings.hub.enter_ms / 1e3,
            ssl_shutdown_timeout=2.0,
        )

    def _begin(self, connection: Connection) -> Framing:
        """Make a connection's session; returns how its messages stand in the stream."""
        settings = connection.limits
        session = connection.session = Session(
            settings,
            admit=partial(self._admit, connection),
            make_server=self._make_server,
            send=connection.send,
            close=connection.close,
        )
        self.connections.add(connection)
        outside = [each for each in self.connections if each.session.server is None]
        if len(outside) > _MOST_OUTSIDE:
            min(outside, key=lambda each: each.since).close()
        if not connection.address.websocket:
            return Frames(settings.message_bytes)

        def admit(request: Request) -> Response | str | None:
            return self._handshake(connection, session, request)

        return WebSocketFrames(settings.message_bytes, connection.write, admit, settings.origins)

    def _admit(self, connection: Connection, token: str | None, proxied: str | None = None) -> User:
        most = self._settings.hub.connections
        if len(self.connections) > most:
            self.metrics.refused.labels("full").inc()
            raise Refused(f"This hub serves {most} editors already: try again later.")
        try:
            user = self.door.admit(
                connection.peer, connection.address, token=token, proxied=proxied
            )
        except Refused:
            self.metrics.refused.labels("wrong token" if token else "no token").inc()
            raise
        logger.info("%s came in at %s.", user.name, connection.address)
        return user

    def _handshake(
        self, connection: Connection, session: Session, request: Request
    ) -> Response | str | None:
        """Look at a WebSocket's handshake: a header may let the user in before `initialize`."""
        if "Upgrade" not in request.headers:
            return _response(self._page(connection, request))
        scheme, _, token = " ".join(request.headers.get_all("Authorization")).partition(" ")
        header = self._settings.hub.proxy_user_header
        proxied = request.headers.get_all(header) if header else []
        if not token and not proxied:
            return None  # the token may come with initialize
        try:
            if scheme and scheme.lower() != "bearer":
                raise Refused("This hub takes a token as `Authorization: Bearer TOKEN`.")
            session.user = self._admit(connection, token or None, next(iter(proxied), None))
        except Refused as error:
            return str(error)
        return None

    def _page(self, connection: Connection, request: Request) -> Page:
        """Answer a plain HTTP request: who may see who works here is who may work here too."""

        def admits(token: str) -> bool:
            if not token and not is_loopback(_host(request)):
                return False  # a name that leads here by its owner's will: some web page asks
            try:
                self.door.admit(connection.peer, connection.address, token=token or None)
            except Refused:
                return False
            return True

        shown = request.headers.get_all("Authorization")
        return self._pages.answer(request.path, shown[0] if shown else None, admits)

    def _make_server(self, user: User, params: Mapping[str, Any]) -> FimServer:
        kind, base = self._settings.hub.cache, self._settings.engine.extra_key or self._secret
        key = namespace(base, kind, user, repository_of(params))
        tenant = Tenant(user=user, key=key)
        meter = self.metrics.user(user.counted_as)
        meter.joined()
        server = create_server(
            service_factory=partial(self.shared.service, tenant=tenant, meter=meter),
            configuration=Configuration(self._user_file, of_hub=True),
            clock=self._clock,
            meter=meter,
        )
        server.shares_disk = user.files_here
        return server

    def _gone(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.discard(connection)
            if connection.session.server is not None:
                connection.session.server.meter.left()
            task = asyncio.ensure_future(connection.session.aclose())
            self._ending.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._ending.discard(task)
        self._garbage.left()

    async def _look_after_tokens(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            try:
                self.tokens.refresh()
            except ConfigurationError as error:
                logger.error("%s", error)
            self._put_out()

    def _put_out(self) -> None:
        """End the connections of users whose tokens are no longer valid."""
        for connection in [*self.connections]:
            user = connection.session.user
            if user is not None and not self.door.still_in(user):
                logger.info("%s leaves: the token was revoked or has expired.", user.name)
                connection.session.say("Your token was revoked or has expired: ask for a new one.")
                connection.close()

    def _read_settings(self) -> Settings:
        configuration = Configuration(self._user_file)
        configuration.start(None, None)
        for problem in configuration.take_problems():
            logger.warning("%s", problem)
        set_level(configuration.settings.log.level)
        return configuration.settings

    def _load_certificate(self) -> None:
        hub = self._settings.hub
        assert self._tls is not None
        if not hub.tls_certificate or not hub.tls_key:
            raise ConfigurationError(
                "TLS needs a certificate: set hub.tls_certificate and hub.tls_key to PEM files."
            )
        try:
            self._tls.load_cert_chain(
                Path(hub.tls_certificate).expanduser(), Path(hub.tls_key).expanduser()
            )
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(
                f"The certificate {hub.tls_certificate} with the key {hub.tls_key} cannot be used"
                f" ({error.strerror or type(error).__name__}): both must be PEM, and belong"
                " together."
            ) from error


def _response(page: Page) -> Response:
    return Response(page.status, page.status.phrase, Headers(page.headers()), page.body)


def _host(request: Request) -> str:
    """Return the name by which a page was asked for, without its port."""
    try:
        return urlsplit(f"//{request.headers.get_all('Host')[0]}").hostname or ""
    except (IndexError, ValueError):
        return ""


def _room(settings: HubSettings) -> Room:
    return Room(
        in_flight=settings.in_flight,
        user_in_flight=settings.user_in_flight,
        waiting=settings.waiting,
        wait_s=settings.wait_ms / 1e3,
    )


def _sglang(settings: EngineSettings) -> Backend:
    from fimls.backend.identified import identified
    from fimls.backend.sglang import SGLangBackend

    return identified(SGLangBackend.from_settings(settings, generations=_MOST_GENERATIONS))
