"""A hub's own files: settings, tokens, certificate. All are good, or those read before stay."""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from fimls.errors import ConfigurationError
from fimls.hub.authentication import Authentication
from fimls.hub.certificate import Facts, load_certificate, read_certificate
from fimls.hub.hub_address import HubAddress
from fimls.hub.settings_snapshot import SettingsSnapshot, check_nothing_is_gone, read_settings
from fimls.hub.tokens import Tokens, tokens_file
from fimls.logs import set_level


class HubFiles:
    """What they said when they were read last.

    Attributes:
        snapshot: the settings.
        tokens: those of the file that the settings name.
        door: lets users in by both.
        tls: what TLS is spoken with, where it is spoken.
    """

    def __init__(self, file: Path, *, optional: bool, clock: Callable[[], float]) -> None:
        """Read the settings.

        Args:
            file: the settings.
            optional: the defaults do where there is no such file.
            clock: seconds that only go forward.

        Raises:
            ConfigurationError: something is wrong with them.
        """
        self._file = file
        self._clock = clock
        self.tls: ssl.SSLContext | None = None
        self._certificate: Facts | None = None
        try:
            self.snapshot = read_settings(file, optional=optional)
        except ConfigurationError as error:
            raise ConfigurationError(
                f"{error}. The hub does not start until that is corrected."
            ) from error
        set_level(self.snapshot.settings.log.level)
        self.tokens = _tokens(self.snapshot)
        self.door = Authentication(self.snapshot.settings.hub, self.tokens, clock=clock)

    def open(self, addresses: Sequence[HubAddress]) -> None:
        """Read what these addresses need.

        Raises:
            ConfigurationError: something is wrong with it, or with one of them.
        """
        if not self.snapshot.there and any(each.scheme != "unix" for each in addresses):
            raise ConfigurationError(
                f"There is no settings file {self._file}: without one a hub listens at a unix"
                " socket alone. Make it, or name another with --config."
            )
        self.tokens.refresh()
        _check(addresses, self.door)
        if any(address.encrypted for address in addresses):
            # One that has ended is no reason to keep those out who come without TLS.
            self.tls = load_certificate(self.snapshot.settings.hub)
            with contextlib.suppress(ConfigurationError):
                self._certificate = read_certificate(self.snapshot.settings.hub)

    def read_again(self, addresses: Sequence[HubAddress]) -> None:
        """Read all of them again.

        Raises:
            ConfigurationError: one of them cannot be used, and nothing has changed.
        """
        try:
            snapshot = read_settings(self._file, optional=not self.snapshot.there)
            check_nothing_is_gone(self.snapshot, snapshot)
            hub, tokens = snapshot.settings.hub, self.tokens
            if tokens_file(hub) != tokens_file(self.snapshot.settings.hub):
                tokens = _tokens(snapshot)
            tokens.refresh()
            _check(addresses, Authentication(hub, tokens, clock=self._clock))
            tls = load_certificate(hub) if self.tls is not None else None
            certificate = read_certificate(hub) if self.tls is not None else None
        except ConfigurationError as error:
            why = str(error).rstrip(".")
            raise ConfigurationError(f"{why}. Nothing was read again: all is as it was.") from error
        self.snapshot, self.tokens = snapshot, tokens
        self.tls, self._certificate = tls, certificate
        self.door.use(hub, tokens)
        set_level(snapshot.settings.log.level)

    def certificate_trouble(self) -> str | None:
        """Return why no client trusts the certificate now, or None."""
        if self.tls is None or (
            self._certificate is not None and time.time() < self._certificate.ends
        ):
            return None
        try:
            read_certificate(self.snapshot.settings.hub)
        except ConfigurationError as error:
            return str(error)
        return "The certificate has changed: have the hub read it (`systemctl reload fimls-hub`)."

    def token_trouble(self) -> str | None:
        """Look at the tokens again; returns what is wrong with their file, or None."""
        try:
            self.tokens.refresh()
        except ConfigurationError as error:
            return f"{error} Those that were read last stay in force."
        if self.tokens.lost or (self.snapshot.settings.hub.require_token and not self.tokens.all()):
            return (
                f"There are no tokens in {self.tokens.file}: nobody comes in with one until"
                " `fimls token create USER` has made it."
            )
        return None


def _tokens(snapshot: SettingsSnapshot) -> Tokens:
    return Tokens(tokens_file(snapshot.settings.hub), clock=time.time)


def _check(addresses: Sequence[HubAddress], door: Authentication) -> None:
    for address in addresses:
        door.check(address)
