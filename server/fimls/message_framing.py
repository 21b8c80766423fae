"""LSP's base protocol: bytes as they arrive -> the bodies of messages, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fimls.errors import FimlsError

MAX_HEADER_BYTES = 1_024
"""Of all header lines of one message together; real ones take less than 100."""

_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d{1,12})[ \t]*", re.IGNORECASE)
_TYPE = re.compile(rb"content-type[ \t]*:[ \t]*[^\x00-\x1f]*", re.IGNORECASE)
_ANY = re.compile(rb"(?!content-length[ \t]*:)[a-z0-9-]+[ \t]*:[^\x00-\x08\x0a-\x1f]*", re.I)
_BEGUN = re.compile(rb"[a-z0-9-]*[ \t]*(?::[^\x00-\x08\x0a-\x1f]*)?\r?", re.IGNORECASE)
_BETWEEN = b"\r\n \t\xef\xbb\xbf"
"""Blank lines and byte order marks, which some editors put between messages."""


class FrameError(FimlsError):
    """What an editor sent is no message; where the next one begins is not known either."""


class Frames:
    """Takes one connection's bytes apart; how they are cut into pieces makes no difference.

    Invariant: it keeps no more than one header, one body and the piece that came last.
    """

    def __init__(self, max_bytes: int, *, trusted: bool = False) -> None:
        """Nothing has arrived yet.

        Args:
            max_bytes: upper bound on a body.
            trusted: the other end started this process, or was started by it: header lines that
                LSP does not know are passed over, line ends may be short and blank lines may stand
                between messages. Elsewhere such a line is an error: what a browser can be made to
                send to a port of this machine must not be taken for a message.
        """
        self._max_bytes = max_bytes
        self._trusted = trusted
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

        A line that cannot be one is an error as soon as it is seen: nobody waits for the rest of
        what is no message.
        """
        if self._trusted:
            between = len(self._data) - len(self._data.lstrip(_BETWEEN))
            del self._data[:between]
        head = bytes(self._data[:MAX_HEADER_BYTES])
        length, begin = None, 0
        while (end := head.find(b"\n", begin)) >= 0:
            line, begin = self._line(head[begin:end]), end + 1
            if not line:
                break
            length = self._read(line, length)
        else:
            if len(head) == MAX_HEADER_BYTES or not self._may_go_on(head[begin:]):
                raise _no_message()
            return None
        if length is None:
            raise _no_message()
        if length > self._max_bytes:
            raise self._too_large(length)
        del self._data[:begin]
        return length

    def _line(self, line: bytes) -> bytes:
        if line.endswith(b"\r"):
            return line[:-1]
        if not self._trusted:
            raise _no_message()
        return line

    def _read(self, line: bytes, length: int | None) -> int | None:
        """Return the length that is known after one more line of the header."""
        if match := _LENGTH.fullmatch(line):
            if length not in (None, int(match[1])):
                raise _no_message()
            return int(match[1])
        if not (_ANY if self._trusted else _TYPE).fullmatch(line):
            raise _no_message()
        return length

    def _may_go_on(self, line: bytes) -> bool:
        """Whether what has arrived of a line can become one."""
        if self._trusted:
            return _BEGUN.fullmatch(line) is not None
        begin = line[:8].lower()
        return b"content-".startswith(begin) or line == b"\r"

    def _too_large(self, length: int) -> FrameError:
        if self._trusted:
            return FrameError(
                f"A message of {length:,} bytes is larger than fimls takes ({self._max_bytes:,}"
                " bytes): close the largest documents."
            )
        return too_large(length, self._max_bytes)


def too_large(length: int | None, limit: int) -> FrameError:
    """Return the error for a message beyond the limit of a hub."""
    size = f"of {length:,} bytes " if length is not None else ""
    return FrameError(
        f"A message {size}is larger than this hub takes ({limit:,} bytes): close the largest"
        " documents, or have hub.message_bytes raised."
    )


def _no_message() -> FrameError:
    return FrameError(
        "What arrived is not an LSP message: send each with its Content-Length, in a header of"
        f" at most {MAX_HEADER_BYTES} bytes."
    )
