"""Whose process is at the other end of a unix socket, as the kernel says."""

from __future__ import annotations

import socket
import struct

_CREDENTIALS = struct.Struct("3i")
"""Linux' ``struct ucred``: process, user, group."""


def peer_uid(connection: socket.socket) -> int:
    """Return the user of the process that connected, or that listens."""
    size = _CREDENTIALS.size
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    return _CREDENTIALS.unpack(raw)[1]
