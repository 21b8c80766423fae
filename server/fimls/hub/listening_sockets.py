"""The sockets that a hub listens on: opened here, or handed over by systemd."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import cast, get_args

from fimls.errors import ConfigurationError
from fimls.hub.hub_address import HubAddress, Scheme

_FIRST_INHERITED = 3
_BACKLOG = 128


def open_socket(address: HubAddress, *, mode: int) -> tuple[HubAddress, socket.socket]:
    """Listen at an address; returns it with the port that was chosen if it names none.

    Args:
        address: where.
        mode: of a unix socket, as of a file.

    Raises:
        ConfigurationError: that is not possible.
    """
    try:
        if address.scheme == "unix":
            return address, _unix(Path(address.path), mode)
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        listening = socket.create_server(
            (address.host, address.port), family=family, backlog=_BACKLOG
        )
        return _named(address.scheme, listening), listening
    except (OSError, OverflowError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ConfigurationError(
            f"Nothing can listen at {address} ({why}): end what listens there, or choose another"
            " address."
        ) from error


def remove_sockets(paths: list[Path]) -> None:
    """Remove the files of unix sockets that were made here, and forget them."""
    for path in paths:
        path.unlink(missing_ok=True)
    paths.clear()


def inherited(environ: Mapping[str, str] = os.environ) -> list[tuple[HubAddress, socket.socket]]:
    """Return the sockets that systemd opened for this process.

    ``FileDescriptorName`` of a socket unit says how it is spoken with: ``tcp``, ``tls``, ``ws`` or
    ``wss``; a unix socket needs none.

    Source: https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html

    Raises:
        ConfigurationError: a name is none of these.
    """
    if environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    names = environ.get("LISTEN_FDNAMES", "").split(":")
    found: list[tuple[HubAddress, socket.socket]] = []
    for i in range(int(environ.get("LISTEN_FDS", "0"))):
        listening = socket.socket(fileno=_FIRST_INHERITED + i)
        os.set_inheritable(listening.fileno(), False)
        scheme = names[i] if i < len(names) else ""
        if listening.family == socket.AF_UNIX:
            path = os.fsdecode(listening.getsockname())
            found.append((HubAddress(scheme="unix", path=path), listening))
        elif scheme in get_args(Scheme):
            found.append((_named(cast("Scheme", scheme), listening), listening))
        else:
            raise ConfigurationError(
                f"The socket unit names a socket {scheme!r}: FileDescriptorName must be tcp, tls,"
                " ws or wss."
            )
    return found


def notify(state: str, environ: Mapping[str, str] = os.environ) -> None:
    """Tell systemd, if it started this process, how far it is (``READY=1``)."""
    path = environ.get("NOTIFY_SOCKET", "")
    if not path:
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(state.encode(), "\0" + path[1:] if path.startswith("@") else path)


def _named(scheme: Scheme, listening: socket.socket) -> HubAddress:
    host, port, *_ = listening.getsockname()
    return HubAddress(scheme=scheme, host=host, port=port)


def _unix(path: Path, mode: int) -> socket.socket:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _remove_dead(path)
        # Nobody may connect before the mode is set.
        before = os.umask(0o777)
        try:
            listening.bind(str(path))
        finally:
            os.umask(before)
        path.chmod(mode)
        listening.listen(_BACKLOG)
    except BaseException:
        listening.close()
        raise
    return listening


def _remove_dead(path: Path) -> None:
    """Remove the socket that a hub left behind; what answers, or is no socket, stays."""
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise FileExistsError(17, "something that is no socket is there")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(path))
            except ConnectionRefusedError:
                path.unlink()
            else:
                raise OSError(98, "another hub listens there")
