"""``fimls hub --check``: what a hub would do if it started now, and what would stop it."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fimls.cli.check_result import CheckResult, print_check_result
from fimls.errors import ConfigurationError

if TYPE_CHECKING:
    from fimls.hub.hub_address import HubAddress
    from fimls.hub.hub_files import HubFiles

SOON_DAYS = 14
"""A certificate that ends within so many days is worth knowing."""

_DAY_S = 86_400


async def check(addresses: Sequence[str], config: Path | None) -> int:
    """Print what would happen; nothing listens, and nothing is changed.

    Returns:
        1 where the hub would not start, or would answer nothing.
    """
    bad = 0
    async for finding in _findings(addresses, config):
        print_check_result(finding)
        bad += finding.state == "bad"
    return 1 if bad else 0


async def _findings(
    addresses: Sequence[str], config: Path | None
) -> AsyncGenerator[CheckResult, None]:
    from fimls.cli.hub_check_engines import check_engines
    from fimls.hub.hub_address import HubAddress
    from fimls.hub.hub_files import HubFiles
    from fimls.lsp.configuration import user_file

    file = config or user_file()
    try:
        files = HubFiles(file, optional=config is None, clock=time.monotonic)
        settings = files.snapshot.settings
        places = [HubAddress.parse(text) for text in addresses or settings.hub.listen]
    except ConfigurationError as error:
        yield CheckResult(subject="settings", state="bad", says=str(error))
        return
    says = f"{file} is good" if files.snapshot.there else f"there is no {file}: the defaults hold"
    yield CheckResult(subject="settings", state="ok", says=says)
    for finding in (*_tokens(files), *_places(places, files)):
        yield finding
    if any(place.encrypted for place in places):
        yield _certificate(files)
    async for finding in check_engines(settings):
        yield finding


def _tokens(files: HubFiles) -> Iterator[CheckResult]:
    trouble = files.token_trouble()
    if trouble is not None:
        yield CheckResult(subject="tokens", state="bad", says=trouble)
        return
    now, all_of_them = time.time(), files.tokens.all()
    valid = [token for token in all_of_them if token.valid(now)]
    users = len({token.user for token in valid})
    expired = len(all_of_them) - len(valid)
    says = f"{len(valid)} of {users} users let somebody in" + (
        f", {expired} expired" * bool(expired)
    )
    if not all_of_them:
        says = f"there are none in {files.tokens.file}"
    yield CheckResult(subject="tokens", state="ok" if valid else "note", says=says)


def _places(places: Sequence[HubAddress], files: HubFiles) -> Iterator[CheckResult]:
    hub = files.snapshot.settings.hub
    for place in places:
        try:
            files.door.check(place)
        except ConfigurationError as error:
            yield CheckResult(subject="address", state="bad", says=str(error))
            continue
        if place.scheme == "unix":
            who = f"whoever the mode {hub.socket_mode} lets in is known by login"
        elif hub.require_token or not place.on_this_machine:
            who = "needs a token"
        else:
            who = "lets everybody on this machine in, without a token"
        yield CheckResult(subject="address", state="ok", says=f"{place} {who}")
    if not files.snapshot.there and any(place.scheme != "unix" for place in places):
        says = "without a settings file a hub listens at a unix socket alone"
        yield CheckResult(
            subject="address", state="bad", says=says, remedy="name one with --config."
        )


def _certificate(files: HubFiles) -> CheckResult:
    from fimls.hub.certificate import read_certificate

    try:
        facts = read_certificate(files.snapshot.settings.hub)
    except ConfigurationError as error:
        return CheckResult(subject="certificate", state="bad", says=str(error))
    left = (facts.ends - time.time()) / _DAY_S
    return CheckResult(
        subject="certificate",
        state="note" if left < SOON_DAYS else "ok",
        says=f"is for {', '.join(facts.names) or 'no name'}, and ends in {left:.0f} days",
        remedy="renew it, then `systemctl reload fimls-hub`." if left < SOON_DAYS else "",
    )
