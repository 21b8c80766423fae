"""``fimls connect``: what an editor starts in place of ``fimls serve`` to use a hub."""

from __future__ import annotations

import argparse
import os
from functools import partial
from pathlib import Path

from fimls.cli import Subparsers
from fimls.errors import ConfigurationError

TOKEN_VARIABLE = "FIMLS_HUB_TOKEN"


def register(subparsers: Subparsers) -> None:
    """Add the command line of this command."""
    parser = subparsers.add_parser(
        "connect",
        help="be an editor's server, and pass everything on to a hub",
        description="Speak LSP with an editor on standard input and output, as `fimls serve` does,"
        " and pass everything on to a hub; comes back by itself when the hub does.",
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
    from fimls.hub.address import Address
    from fimls.hub.bridge import bridge_stdio
    from fimls.hub.uplink import connect
    from fimls.logs import configure_logs
    from fimls.logs.redaction import hide

    configure_logs()
    token = _token(args.token_file)
    if token is not None:
        hide(token)
    address = Address.parse(args.address)
    return bridge_stdio(partial(connect, address, token=token, authority=args.ca), token=token)


def _token(file: Path | None) -> str | None:
    if file is None:
        return os.environ.get(TOKEN_VARIABLE, "").strip() or _token_in_settings()
    try:
        return file.expanduser().read_text("utf-8-sig").strip() or None
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"The token in {file} cannot be read: name a file that holds the token alone."
        ) from error


def _token_in_settings() -> str | None:
    """Return ``hub.token`` of the user's file; what else is wrong with it is the hub's to say."""
    from platformdirs import user_config_path

    from fimls.settings_file import SettingsFileError, read_settings_file

    try:
        tables = read_settings_file(user_config_path("fimls") / "fimls.toml") or {}
        token: object = tables["hub"]["token"]
    except (SettingsFileError, KeyError, TypeError):
        return None
    return token if isinstance(token, str) and token else None
