"""``fimls token``: who may come in at a hub."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from fimls.cli import Subparsers
from fimls.errors import ConfigurationError


def register(subparsers: Subparsers) -> None:
    """Add the command line of this command."""
    parser = subparsers.add_parser(
        "token",
        help="make, list and revoke the tokens of a hub's users",
        description="Make, list and revoke the tokens of a hub's users; a running hub takes note"
        " within seconds.",
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="the hub's settings, instead of your user file"
    )
    actions = parser.add_subparsers(required=True, metavar="action", dest="action")
    create = actions.add_parser("create", help="make a token; it is shown this once")
    create.add_argument("user")
    create.add_argument("--team", default="", help="who shares a cache, if hub.cache says so")
    create.add_argument(
        "--weight", type=float, default=1.0, help="share of a busy engine, where others have 1"
    )
    create.add_argument("--days", type=float, help="how long it is valid (default: for ever)")
    rotate = actions.add_parser(
        "rotate", help="make a new token for a user, and revoke the earlier ones"
    )
    rotate.add_argument("user")
    revoke = actions.add_parser("revoke", help="revoke a token, or all of a user's")
    revoke.add_argument("name", metavar="ID|USER")
    actions.add_parser("list", help="list the tokens")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do what is asked."""
    from fimls.hub.settings_snapshot import read_settings
    from fimls.hub.tokens import Tokens, tokens_file
    from fimls.lsp.configuration import user_file

    try:  # those of another file would be other tokens
        snapshot = read_settings(args.config or user_file(), optional=args.config is None)
    except ConfigurationError as error:
        raise ConfigurationError(f"{error}. No token was made, listed or revoked.") from error
    tokens = Tokens(tokens_file(snapshot.settings.hub), clock=time.time)
    if args.action == "create":
        _, shown = tokens.create(args.user, team=args.team, weight=args.weight, days=args.days)
        print(shown)
    elif args.action == "rotate":
        print(tokens.rotate(args.user))
    elif args.action == "revoke":
        gone = tokens.revoke(args.name)
        if not gone:
            raise ConfigurationError(
                f"No token has the id, and no user the name {args.name!r}: see `fimls token list`."
            )
        for token in gone:
            print(f"revoked {token.id} of {token.user}")
    else:
        _list(tokens)
    return 0


def _list(tokens: object) -> None:
    from rich.console import Console
    from rich.table import Table

    from fimls.hub.tokens import Tokens

    assert isinstance(tokens, Tokens)
    table, now = Table(box=None), time.time()
    for column in ("id", "user", "team", "weight", "made", "expires"):
        table.add_column(column)
    for token in tokens.all():
        until = "never" if token.expires is None else _day(token.expires)
        if not token.valid(now):
            until = "expired"
        table.add_row(
            token.id, token.user, token.team, f"{token.weight:g}", _day(token.created), until
        )
    Console(markup=False, highlight=False).print(table)


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(seconds))
