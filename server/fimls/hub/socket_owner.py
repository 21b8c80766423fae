"""Whether a unix socket is that of a hub, and not of somebody who took its place."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

from fimls.errors import ConfigurationError
from fimls.hub.peer_uid import peer_uid

_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def check_whose(connection: socket.socket, path: Path) -> None:
    """Check that who listens is whom a token and source text may be sent to.

    That is this user, or root, which is who opens the sockets of services. Another user's hub, such
    as that of a service, has its socket where nobody else could have put one.

    Args:
        connection: to the socket.
        path: of the socket.

    Raises:
        ConfigurationError: it is somebody else.
    """
    uid = peer_uid(connection)
    if uid in (os.getuid(), 0):
        return
    trusted = (os.getuid(), 0, uid)
    for folder in _around(path):
        status = folder.lstat()
        if status.st_uid not in trusted or (
            status.st_mode & _BY_OTHERS and not stat.S_ISLNK(status.st_mode)
        ):
            raise ConfigurationError(
                f"Who listens at unix:{path} is the user {uid}, and others than they may write to"
                f" {folder}: nothing is sent there. Have the hub listen in a folder that is its own"
                " user's alone."
            )


def _around(path: Path) -> Iterator[Path]:
    """Yield the folders and links through which a path leads to its file."""
    yield from path.absolute().parents
    if path.is_symlink():
        yield path
    yield from Path(os.path.realpath(path)).parents
