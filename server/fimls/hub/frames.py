"""LSP's base protocol: bytes as they arrive -> the bodies of messages, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fimls.errors import FimlsError

MAX_HEADER_BYTES = 1_024
"""Of all header lines of one message together; real ones take less than 100."""

_LENGTH = re.compile(rb"content-length: *(\d{1,12})", re.IGNORECASE)
_TYPE = re.compile(rb"content-type: *[^\x00-\x1f]*", re.IGNORECASE)


class FrameError(FimlsError):
    """What an editor sent is no message; where the next one begins is not known either."""


class Frames:
    """Takes one connection's bytes apart; how they are cut into pieces makes no difference.

    Invariant: it keeps no more than one header, one body and the piece that came last.
    """

    def __init__(self, max_bytes: int) -> None:
        """Nothing has arrived yet; `max_bytes` is the upper bound on a body."""
        self._max_bytes = max_bytes
        self._data = bytearray()
        self._length: int | None = None

    def push(self, data: bytes) -> None:
        """Take the next bytes."""
        self._data += data

    def bodies(self) -> Iterator[bytes]:
        """Yield the bodies that are complete, each once; it may be left and gone on with.

        Raises:
            FrameError: a header is none, or a message is too large.
        """
        while True:
            if self._length is None:
                self._length = self._take_header()
            if self._length is None or len(self._data) < self._length:
                return
            body = bytes(memoryview(self._data)[: self._length])
            del self._data[: self._length]
            self._length = None
            yield body

    def frame(self, body: bytes) -> bytes:
        """Return a message as it is sent."""
        return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)

    def close(self) -> None:
        """Say that the connection ends: nothing has to be said."""

    def _take_header(self) -> int | None:
        """Return the length of the body that follows, or None while the header is incomplete.

        A header line that LSP does not know is an error: what a browser can be made to send to a
        port of this machine must not be taken for a message.
        """
        end = self._data.find(b"\r\n\r\n", 0, MAX_HEADER_BYTES)
        if end < 0 and len(self._data) < MAX_HEADER_BYTES and _may_be_header(self._data):
            return None
        length = None
        for line in bytes(self._data[: max(end, 0)]).split(b"\r\n"):
            if match := _LENGTH.fullmatch(line):
                length = int(match[1])
            elif not _TYPE.fullmatch(line):
                length = None
                break
        if length is None:
            raise FrameError(
                "What arrived is no message of LSP: each begins with its Content-Length, in at most"
                f" {MAX_HEADER_BYTES} bytes."
            )
        if length > self._max_bytes:
            raise too_large(length, self._max_bytes)
        del self._data[: end + 4]
        return length


def too_large(length: int | None, limit: int) -> FrameError:
    """Return the error for a message beyond the limit."""
    size = f"of {length:,} bytes " if length is not None else ""
    return FrameError(
        f"A message {size}is larger than this hub takes ({limit:,} bytes): close the largest"
        " documents, or have hub.message_bytes raised."
    )


def _may_be_header(data: bytearray) -> bool:
    return b"content-".startswith(bytes(data[:8]).lower())
