"""Where a hub is: the addresses that people write, and who can reach them."""

from __future__ import annotations

import ipaddress
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, cast, get_args
from urllib.parse import urlsplit

from fimls.errors import ConfigurationError

Scheme: TypeAlias = Literal["unix", "tcp", "tls", "ws", "wss"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HubAddress:
    """An address of a hub.

    Attributes:
        scheme: how it is spoken with: LSP as on standard input and output over a unix socket, TCP
            or TLS, or one JSON message in each message of a WebSocket.
        host: name or IP address; empty for a unix socket.
        port: TCP port; 0 listens on a free one.
        path: of a unix socket, else of the WebSocket's URL.
    """

    scheme: Scheme
    host: str = ""
    port: int = 0
    path: str = ""

    @classmethod
    def parse(cls, text: str) -> HubAddress:
        """Read an address, as ``hub.listen`` describes them.

        Raises:
            ConfigurationError: it is none.
        """
        scheme, colon, rest = text.partition(":")
        if scheme == "unix" and colon:
            if not hasattr(os, "getuid"):
                raise ConfigurationError(
                    "This system has no unix sockets: write tls://HOST:PORT or wss://HOST:PORT."
                )
            path = rest.removeprefix("//") or str(default_socket())
            return cls(scheme="unix", path=os.path.abspath(os.path.expanduser(path)))
        try:
            parts = urlsplit(text)
            host, port, path = parts.hostname, parts.port, parts.path
        except ValueError:
            host, port, path = None, None, ""
        if scheme not in get_args(Scheme) or not host or port is None:
            raise ConfigurationError(
                f"{text!r} is not an address of a hub: write unix:PATH, tcp://HOST:PORT,"
                " tls://HOST:PORT, ws://HOST:PORT or wss://HOST:PORT."
            )
        return cls(scheme=cast("Scheme", scheme), host=host, port=port, path=path)

    def __str__(self) -> str:
        if self.scheme == "unix":
            return f"unix:{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"

    @property
    def encrypted(self) -> bool:
        """Whether TLS is spoken."""
        return self.scheme in ("tls", "wss")

    @property
    def websocket(self) -> bool:
        """Whether messages come in a WebSocket."""
        return self.scheme in ("ws", "wss")

    @property
    def on_this_machine(self) -> bool:
        """Whether nobody can reach it from another machine."""
        return self.scheme == "unix" or is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine; names other than ``localhost`` are not looked up."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def default_socket() -> Path:
    """Return where the unix socket is when nobody says so: in a folder of the user's own.

    Raises:
        ConfigurationError: somebody else has made that folder.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR")  # there is none without a login session
    named = f"fimls-{os.getuid()}"
    folder = Path(runtime) / "fimls" if runtime else Path(tempfile.gettempdir()) / named
    if os.path.lexists(folder) and not _own(folder):
        raise ConfigurationError(
            f"The folder {folder} belongs to somebody else, or others may write to it, who could"
            " read what is sent there: write unix:PATH with a path of your own."
        )
    return folder / "fimls.sock"


def _own(folder: Path) -> bool:
    """Whether a folder is this user's alone, and so is the link that it may be."""
    link = folder.lstat()
    status = folder.stat() if folder.exists() else link
    mine = {link.st_uid, status.st_uid} == {os.getuid()}
    return mine and stat.S_ISDIR(status.st_mode) and not status.st_mode & 0o022
