"""``fimls connect``: what an editor starts in place of ``fimls serve`` to use a hub."""

from __future__ import annotations

import argparse
import contextlib
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fimls.bounded_file import read_regular_file
from fimls.cli import Subparsers
from fimls.errors import ConfigurationError
from fimls.settings.file import read_settings_file

if TYPE_CHECKING:
    from fimls.hub.client_token import ClientToken

TOKEN_VARIABLE = "FIMLS_HUB_TOKEN"

_MOST_BYTES = 2**16
"""Of a file with a token."""


def register(subparsers: Subparsers) -> None:
    """Add the command line of this command."""
    parser = subparsers.add_parser(
        "connect",
        help="connect an editor to a hub",
        description="Speak LSP with an editor on standard input and output, as `fimls serve` does,"
        " and pass everything on to a hub; reconnects when the hub comes back.",
    )
    parser.add_argument(
        "address",
        nargs="?",
        default="unix:",
        help="unix:PATH, tcp://HOST:PORT, tls://HOST:PORT, ws://HOST:PORT or wss://HOST:PORT"
        " (default: this user's unix socket)",
    )
    parser.add_argument("--stdio", action="store_true", help="the default; editors add it")
    parser.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help=f"file with the token (default: the variable {TOKEN_VARIABLE}, else hub.token in your"
        " settings file)",
    )
    parser.add_argument(
        "--ca", type=Path, metavar="FILE", help="authority that signed the hub's certificate, PEM"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Pass messages on until the editor ends the session."""
    from fimls.hub.connect_bridge import bridge_stdio
    from fimls.hub.hub_address import HubAddress
    from fimls.hub.hub_client import connect
    from fimls.logs import configure_logs

    configure_logs()
    address = HubAddress.parse(args.address)
    connecting = partial(connect, address, authority=args.ca)
    return bridge_stdio(connecting, token=_shown(args.token_file))


def _shown(file: Path | None) -> ClientToken:
    """Return what lets the user in; a file may get another token while this process runs."""
    from fimls.hub.client_token import ClientToken
    from fimls.logs.redaction import hide

    last = find_token(file)

    def read() -> str | None:
        nonlocal last
        with contextlib.suppress(ConfigurationError):
            last = find_token(file)
        if last is not None:
            hide(last)
        return last

    in_a_file = file is not None or not os.environ.get(TOKEN_VARIABLE, "").strip()
    return ClientToken(read=read, renewable=in_a_file)


def find_token(file: Path | None) -> str | None:
    """Return what lets the user in at a hub: a file's token, the environment's or the settings'.

    Raises:
        ConfigurationError: the file cannot be read.
    """
    if file is None:
        return os.environ.get(TOKEN_VARIABLE, "").strip() or _token_in_settings()
    try:
        text = read_regular_file(file.expanduser(), most_bytes=_MOST_BYTES).decode("utf-8-sig")
        return text.strip() or None
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"The token in {file} cannot be read: name a file that holds the token alone."
        ) from error


def _token_in_settings() -> str | None:
    """Return ``hub.token`` of the user's file; what else is wrong with it is the hub's to say."""
    from platformdirs import user_config_path

    from fimls.settings.file import SettingsFileError

    try:
        tables = read_settings_file(user_config_path("fimls") / "fimls.toml") or {}
        token: object = tables["hub"]["token"]
    except (SettingsFileError, KeyError, TypeError):
        return None
    return token if isinstance(token, str) and token else None
