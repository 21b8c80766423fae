"""The hub: listeners, what comes in at them, and what all of it shares."""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from websockets.http11 import Request, Response

from fimls.errors import ConfigurationError
from fimls.hub.authentication import Peer, Refused, TooManyEditors, User
from fimls.hub.current_problems import CurrentProblems
from fimls.hub.descriptor_limit import share_out
from fimls.hub.editor_connection import EditorConnection, Framing, repository_of
from fimls.hub.editor_limit import full_for
from fimls.hub.editor_session import EditorSession
from fimls.hub.engine_client import sglang
from fimls.hub.experiment import Experiment
from fimls.hub.fair_queue import FairQueue, Room
from fimls.hub.garbage_collection import GarbageCollection
from fimls.hub.health_watch import HealthWatch
from fimls.hub.http_handshake import page, shake_hands
from fimls.hub.hub_address import HubAddress
from fimls.hub.hub_files import HubFiles
from fimls.hub.listener import Listener
from fimls.hub.listening_sockets import open_socket, remove_sockets
from fimls.hub.settings_snapshot import say_what_waits
from fimls.hub.shared_resources import MakeBackend, SharedResources
from fimls.hub.tenant_backend import Tenant, namespace
from fimls.hub.token_revocation import TokenRevocation
from fimls.hub.tokens import Tokens
from fimls.hub.unauthenticated import UnauthenticatedConnections
from fimls.hub.websocket_framing import WebSocketFrames
from fimls.logs.rate_limit import EACH
from fimls.lsp import FimServer, create_server, prepare_messages
from fimls.lsp.configuration import Configuration
from fimls.lsp.handlers import reread_settings
from fimls.message_framing import Frames
from fimls.metrics.http_pages import HttpPages
from fimls.metrics.prometheus import PrometheusMetrics
from fimls.settings import Settings

logger = logging.getLogger(__name__)


class Hub:
    """Serves many editors at once.

    Attributes:
        addresses: where it listens.
        connections: the editors that are connected, let in or not.
        troubles: what is wrong with the hub's own files now.
        shared: what all of them share.
        metrics: what is counted.
    """

    def __init__(
        self,
        user_file: Path,
        *,
        optional: bool = False,
        make_backend: MakeBackend | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read the settings; nothing listens yet.

        Args:
            user_file: the settings of whoever starts the hub.
            optional: the defaults do where there is no such file.
            make_backend: connects to the engine; by default over HTTP to SGLang.
            clock: seconds.

        Raises:
            ConfigurationError: something is wrong with the settings.
        """
        self.addresses: list[HubAddress] = []
        self.connections: set[EditorConnection] = set()
        self._clock = clock
        self._files = HubFiles(user_file, optional=optional, clock=clock)
        self._secret = secrets.token_hex(32)
        self._listeners: list[Listener] = []
        self._made: list[Path] = []
        self._ending: set[asyncio.Task[None]] = set()
        hub, self.troubles = self.settings.hub, CurrentProblems()
        self._token_watch = TokenRevocation(self._files, lambda: self.connections, self.troubles)
        self._experiment = Experiment(hub.experiment)
        self._room = share_out(hub)
        self._outside = UnauthenticatedConnections(self._room.outside)
        queue, connect = FairQueue(Room.of(hub)), make_backend or partial(sglang, hub=hub)
        self.shared = SharedResources(queue, connect)
        self.metrics = PrometheusMetrics()
        self._seen = HealthWatch(self.metrics, self.settings)
        self._garbage = GarbageCollection(quiet=lambda: not self.connections)
        told = partial(self._experiment.told, self.metrics.users.values())
        seen, now = (lambda: self._seen.engines), self.troubles.now
        self._pages = HttpPages(self.metrics, engines=seen, troubles=now, more=told)

    @property
    def settings(self) -> Settings:
        """The settings in force; editors add theirs for themselves."""
        return self._files.snapshot.settings

    @property
    def tokens(self) -> Tokens:
        """The tokens that let users in."""
        return self._files.tokens

    async def start(
        self,
        addresses: Sequence[HubAddress],
        inherited: Sequence[tuple[HubAddress, socket.socket]] = (),
    ) -> None:
        """Listen at addresses, and on sockets that are open already.

        Raises:
            ConfigurationError: something is wrong with one of them; then nothing listens.
        """
        prepare_messages()
        opened = list(inherited)
        try:
            self._files.open([*addresses, *(address for address, _ in inherited)])
            mode = int(self.settings.hub.socket_mode, 8)
            for address in addresses:
                opened.append(open_socket(address, mode=mode))
                if address.scheme == "unix":
                    self._made.append(Path(address.path))
        except BaseException:
            for _, listening in opened:
                listening.close()
            remove_sockets(self._made)
            raise
        for address, listening in opened:
            self._listeners.append(self._listen(address, listening))
            self.addresses.append(address)
        self._token_watch.look()
        self._token_watch.start()
        self._seen.start()
        self._garbage.start()

    async def reload(self) -> None:
        """Read tokens, certificate and settings again.

        If one of them cannot be read, all that was in force stays so, and the troubles say why.
        """
        before = self.settings.hub
        try:
            self._files.read_again(self.addresses)
        except ConfigurationError as error:
            self.troubles.note("settings", str(error))
            return
        hub = self.settings.hub
        self.shared.queue.room = Room.of(hub)
        self._room = share_out(hub)
        self._outside.most = self._room.outside
        for connection in self.connections:
            if connection.session.server is not None:
                reread_settings(connection.session.server)
        self.troubles.note("settings", None)
        say_what_waits(before, hub)
        self._token_watch.look()
        logger.info("Settings and tokens were read again.")

    async def drain(self) -> None:
        """Let nobody in any more, finish the answers that are under way, and end.

        Editors whose answers are there are told to go at once, and find the next hub.
        """
        for listener in self._listeners:
            listener.close()
        until = self._clock() + self.settings.hub.drain_ms / 1e3
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
        self._token_watch.stop()
        for listener in self._listeners:
            listener.close()
        while self._outside.drop_one() is not None:
            pass
        for connection in [*self.connections]:
            connection.close()
        for connection in [*self.connections]:
            self._gone(connection)
        await asyncio.gather(*self._ending, return_exceptions=True)
        await self.shared.aclose()
        await self._seen.aclose()
        await self._garbage.aclose()
        remove_sockets(self._made)

    def _listen(self, address: HubAddress, listening: socket.socket) -> Listener:
        def connected(peer: Peer) -> EditorConnection:
            settings = self.settings.hub
            made = EditorConnection(settings, address, peer, begin=self._begin, ended=self._gone)
            if (dropped := self._outside.add(made)) is not None:
                self.troubles.crowded(len(self._outside), dropped.place)
            return made

        def exhausted(error: OSError) -> None:
            self._outside.drop_one()
            self.troubles.exhausted(error)

        return Listener(
            address,
            listening,
            make=connected,
            tls=lambda: self._files.tls,
            handshake_s=self.settings.hub.handshake_ms / 1e3,
            exhausted=exhausted,
        )

    def _begin(self, connection: EditorConnection) -> Framing:
        """Make a connection's session; returns how its messages stand in the stream."""
        settings = connection.limits
        admit = partial(self._admit, connection)
        session = connection.session = EditorSession(
            settings,
            admit=admit,
            make_server=partial(self._make_server, connection),
            send=connection.send,
            close=connection.close,
        )
        self.connections.add(connection)
        if not connection.address.websocket:
            return Frames(settings.message_bytes)

        def handshake(request: Request) -> Response | str | None:
            if "Upgrade" not in request.headers:
                return page(request, connection, self._files.door, self._pages)
            header = self.settings.hub.proxy_user_header
            return shake_hands(request, session, admit, proxy_user_header=header)

        return WebSocketFrames(
            settings.message_bytes, connection.write, handshake, settings.origins
        )

    def _admit(
        self, connection: EditorConnection, token: str | None, proxied: str | None = None
    ) -> User:
        try:
            user = self._files.door.admit(
                connection.peer, connection.address, token=token, proxied=proxied
            )
        except Refused:
            self.metrics.refused.labels("wrong token" if token else "no token").inc()
            raise
        inside = [c.session.user for c in self.connections if c.session.user is not None]
        own = self.settings.hub.user_connections
        if (full := full_for(user, inside, most=self._room.inside, own=own)) is not None:
            self.metrics.refused.labels("full").inc()
            raise TooManyEditors(full)
        logger.info("%s came in at %s.", user.name, connection.address, extra=EACH)
        return user

    def _make_server(
        self, connection: EditorConnection, user: User, params: Mapping[str, Any]
    ) -> FimServer:
        self._outside.discard(connection)
        kind, base = self.settings.hub.cache, self.settings.engine.extra_key or self._secret
        key = namespace(base, kind, user, repository_of(params))
        tenant = Tenant(user=user, key=key)
        meter = self.metrics.user(user.counted_as)
        meter.joined()
        settled = self._experiment.settled(user.counted_as, connection.session.say)
        server = create_server(
            service_factory=partial(self.shared.service, tenant=tenant, meter=meter),
            configuration=Configuration(lambda: settled(self._files.snapshot.layer), of_hub=True),
            clock=self._clock,
            meter=meter,
        )
        server.shares_disk = user.files_here
        server.syncs_notebooks = False
        return server

    def _gone(self, connection: EditorConnection) -> None:
        self._outside.discard(connection)
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
