"""Server-sent events: bytes as they arrive -> the data of each event.

The usual clients split lines as ``str.splitlines`` does: at U+2028, form feeds and six other
characters that may stand inside a JSON string, and then one event comes out as two broken ones
(florimondmanca/httpx-sse, pull request 37). So bytes are split here, only where the standard ends
a line, and decoded after that.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

from __future__ import annotations

import re

from fimls.errors import BackendProtocolError

MAX_EVENT_BYTES = 8 * 2**20
"""More than SGLang sends for the longest answer that can be asked for."""

_LINE_END = re.compile(rb"\r\n|\r|\n")
_BOM = b"\xef\xbb\xbf"


class EventDecoder:
    """Decodes one stream; how its bytes are cut into pieces makes no difference.

    Only the ``data`` field is kept: SGLang sends no other. Whoever reads has to know what the last
    event is, and whether one is whole that the stream's end cuts off.
    """

    def __init__(self, *, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        """An event of more than `max_event_bytes` is an error: it would fill the memory."""
        self._max = max_event_bytes
        self._line = bytearray()
        self._data: list[bytes] = []
        self._size = 0
        self._first = True
        self._after_cr = False

    def feed(self, data: bytes) -> list[str]:
        """Take the next bytes; return the data of the events that they complete.

        Raises:
            BackendProtocolError: an event is too large, or is not UTF-8.
        """
        if not data:
            return []
        if self._after_cr and data.startswith(b"\n"):
            data = data[1:]  # the second half of a CRLF, whose first half has ended the line
        self._after_cr = data.endswith(b"\r")
        events: list[str] = []
        head, *rest = _LINE_END.split(data)
        self._grow(head)
        for piece in rest:
            events += self._end_line()
            self._grow(piece)
        return events

    def end(self) -> list[str]:
        """Return what the stream's end cuts off; the standard would have it dropped.

        Some proxies take the last empty line away, and the last event with it.
        """
        try:
            return [*self._end_line(), *self._end_event()]
        except BackendProtocolError:
            return []  # it ends inside a character

    def _grow(self, piece: bytes) -> None:
        self._line += piece
        self._size += len(piece)
        if self._size > self._max:
            raise BackendProtocolError(
                f"The engine sent an event of more than {self._max} bytes: check engine.kind"
                " and engine.url."
            )

    def _end_line(self) -> list[str]:
        line = bytes(self._line)
        self._line.clear()
        if self._first:
            self._first = False
            line = line.removeprefix(_BOM)
        if not line:
            return self._end_event()
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" "))
        else:  # a comment, or a field that nobody here asks for
            self._size -= len(line)
        return []

    def _end_event(self) -> list[str]:
        lines, self._data, self._size = self._data, [], 0
        if not lines:
            return []
        try:
            return [b"\n".join(lines).decode()]
        except UnicodeDecodeError as error:
            raise BackendProtocolError(
                "The engine sent an event that is not UTF-8: check engine.kind and engine.url."
            ) from error
