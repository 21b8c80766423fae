"""WebSocket: bytes as they arrive -> the bodies of messages, and back.

There is no compression: it would keep a window of every editor's text in memory, and messages are
small.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from http import HTTPStatus

from websockets.exceptions import InvalidMessage, PayloadTooBig
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import Event, State
from websockets.server import ServerProtocol

from fimls.message_framing import too_large

# It logs each connection and, as debug, what is sent.
_SILENT = logging.getLogger("fimls.hub.websocket_framing.frames")
_SILENT.disabled = True


class WebSocketFrames:
    """The server's end of one WebSocket, without its socket.

    Attributes:
        closed: whether nothing more is to come, or to be sent.
    """

    def __init__(
        self,
        max_bytes: int,
        output: Callable[[bytes], None],
        admit: Callable[[Request], Response | str | None],
        origins: list[str],
    ) -> None:
        """Wait for the handshake.

        Args:
            max_bytes: upper bound on a message.
            output: takes what is to be sent.
            admit: looks at the handshake; returns why the peer is refused, or another answer to
                what is a plain request for a page, or None.
            origins: web pages that may connect. A browser lets every page open a connection to
                this machine, and says which page it is.
        """
        self._protocol = ServerProtocol(
            origins=[None, *origins],  # pyright: ignore[reportArgumentType]
            max_size=max_bytes,
            logger=_SILENT,
        )
        self._max_bytes = max_bytes
        self._output = output
        self._admit = admit
        self._message = bytearray()
        self._events: deque[Event] = deque()
        self.closed = self._begun = False

    def push(self, data: bytes) -> None:
        """Take the next bytes."""
        if self.closed:
            return
        if not self._begun and data:
            self._begun = True
            if not data[:1].isalpha():  # TLS, to a port that does not speak it
                self._speak_http()
                return
        self._protocol.receive_data(data)
        self._events += self._protocol.events_received()
        if isinstance(self._protocol.handshake_exc, InvalidMessage):
            self._speak_http()

    def bodies(self) -> Iterator[bytes]:
        """Yield the bodies that are complete, each once; it may be left and gone on with.

        Raises:
            FrameError: a message is too large.
        """
        while self._events and not self.closed:
            event = self._events.popleft()
            if isinstance(event, Request):
                self._handshake(event)
            elif isinstance(event, Frame) and event.opcode in _DATA:
                self._message += event.data
                if event.fin:
                    body = bytes(self._message)
                    self._message.clear()
                    yield body
        error = self._protocol.parser_exc
        self._flush()
        if isinstance(error, PayloadTooBig):
            raise too_large(None, self._max_bytes)

    def frame(self, body: bytes) -> bytes:
        """Return a message as it is sent; nothing when the connection has ended."""
        if self._protocol.state is not State.OPEN:
            return b""
        self._protocol.send_text(body)
        return b"".join(self._protocol.data_to_send())

    def close(self) -> None:
        """Say that the connection ends."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(CloseCode.GOING_AWAY)
            self._flush()

    def _speak_http(self) -> None:
        """Say what is spoken here, so that whoever came with something else can be told."""
        self._output(_SPEAK_HTTP)
        self.closed = True

    def _handshake(self, request: Request) -> None:
        response = self._protocol.accept(request)
        answer = self._admit(request) if response.status_code < 400 or _plain(request) else None
        if isinstance(answer, str):
            response = self._protocol.reject(HTTPStatus.UNAUTHORIZED, f"{answer}\n")
        elif answer is not None:
            response = answer
        self._protocol.send_response(response)
        self._flush()

    def _flush(self) -> None:
        pieces = self._protocol.data_to_send()
        if data := b"".join(pieces):
            self._output(data)  # at once: a peer may have sent thousands of pings
        if b"" in pieces:
            self.closed = True


_SPEAK_HTTP = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

_DATA = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)


def _plain(request: Request) -> bool:
    return "Upgrade" not in request.headers
