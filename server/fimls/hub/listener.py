"""One address of a hub: accepts a few connections at a time, and no more than there is room for."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable

from fimls.hub.authentication import Peer
from fimls.hub.editor_connection import EditorConnection
from fimls.hub.hub_address import HubAddress

_AT_ONCE = 8
_REST_S = 0.008
"""So many are accepted at once, then others have their turn: at most 1,000 a second."""

_EXHAUSTED_S = 0.1
"""How long nobody is accepted after the system had no descriptor or memory for one more."""

_SHUTDOWN_S = 2.0

logger = logging.getLogger(__name__)


class Listener:
    """Accepts connections at one address."""

    def __init__(
        self,
        address: HubAddress,
        listening: socket.socket,
        *,
        make: Callable[[Peer], EditorConnection],
        tls: Callable[[], ssl.SSLContext | None],
        handshake_s: float,
        exhausted: Callable[[OSError], None],
    ) -> None:
        """Begin to listen.

        Args:
            address: where.
            listening: the socket; it is closed with the listener.
            make: returns what a peer's bytes go to; it is there from the first moment, so that
                those who have not shaken hands yet are counted too.
            tls: returns what TLS is spoken with.
            handshake_s: how long a TLS handshake may take.
            exhausted: is told when the system has no room for a further connection.
        """
        self._address = address
        self._listening = listening
        self._make = make
        self._tls = tls
        self._handshake_s = handshake_s
        self._exhausted = exhausted
        self._opening: set[asyncio.Task[None]] = set()
        self._resting: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        listening.setblocking(False)
        self._loop.add_reader(listening, self._accept)

    def close(self) -> None:
        """Accept nobody any more."""
        if self._listening.fileno() >= 0:
            self._loop.remove_reader(self._listening)
            self._listening.close()
        if self._resting is not None:
            self._resting.cancel()

    def _accept(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                accepted, address = self._listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:  # no descriptor, or no memory
                self._exhausted(error)
                self._rest(_EXHAUSTED_S)
                return
            accepted.setblocking(False)
            connection = self._make(Peer.of(accepted, address))
            task = self._loop.create_task(self._open(connection, accepted))
            connection.opening = task
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)
        self._rest(_REST_S)

    async def _open(self, connection: EditorConnection, accepted: socket.socket) -> None:
        context = self._tls() if self._address.encrypted else None
        try:
            await self._loop.connect_accepted_socket(
                lambda: connection,
                accepted,
                ssl=context,
                ssl_handshake_timeout=self._handshake_s if context else None,
                ssl_shutdown_timeout=_SHUTDOWN_S if context else None,
            )
        except (OSError, ssl.SSLError) as error:  # a time-out is an OSError too
            logger.debug("A connection from %s did not open: %s", connection.peer.place, error)
        finally:
            connection.opened(accepted)

    def _rest(self, seconds: float) -> None:
        self._loop.remove_reader(self._listening)
        self._resting = self._loop.call_later(seconds, self._go_on)

    def _go_on(self) -> None:
        if self._listening.fileno() >= 0:
            self._loop.add_reader(self._listening, self._accept)
