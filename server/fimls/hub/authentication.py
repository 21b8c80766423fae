"""Who may enter: what is known of a connection -> a user, or a sentence that says why not."""

from __future__ import annotations

import ipaddress
import logging
import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, cast

from fimls.errors import ConfigurationError, FimlsError
from fimls.hub.hub_address import HubAddress, is_loopback
from fimls.hub.peer_uid import peer_uid
from fimls.hub.tokens import NAME, Token, Tokens
from fimls.hub.unix_logins import login
from fimls.settings import HubSettings

MOST_FAILURES = 10
"""Wrong tokens from one place within `FORGIVEN_S`; further ones are not logged."""
FORGIVEN_S = 60.0
_MOST_PLACES = 10_000

GUESTS = "(guests)"
"""Those who showed no token, in metrics."""
_GUEST = "guest-"

logger = logging.getLogger(__name__)


class Refused(FimlsError):
    """An editor is not let in."""


class TooManyEditors(Refused):
    """An editor is not let in now; there may be room for it later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The other end of a connection.

    Attributes:
        host: its IP address; empty on a unix socket.
        uid: whose process it is, on a unix socket.
    """

    host: str = ""
    uid: int | None = None

    @classmethod
    def of(cls, connection: socket.socket, address: object) -> Peer:
        """Ask the kernel who is at the other end."""
        if connection.family == socket.AF_UNIX:
            return cls(uid=peer_uid(connection))
        return cls(host=str(cast("tuple[object, ...]", address)[0]) if address else "unknown")

    @property
    def place(self) -> str:
        """Where failures are counted: an address, or the network of an IPv6 host."""
        try:
            address = ipaddress.ip_address(self.host.partition("%")[0])
        except ValueError:
            return f"uid {self.uid}"
        if address.version == 6 and not address.ipv4_mapped:
            return str(ipaddress.ip_network((address, 64), strict=False))
        return self.host


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who was let in.

    Attributes:
        name: for logs and metrics.
        known_by: what says that it is they.
        team: or empty.
        weight: share of a busy engine.
        token: what let them in, or None.
        files_here: whether the editor's files are this hub's own user's, so that reading them
            tells them nothing new.
    """

    name: str
    known_by: Literal["token", "login", "proxy", "nothing"] = "nothing"
    team: str = ""
    weight: float = 1.0
    token: Token | None = None
    files_here: bool = False

    @property
    def identity(self) -> tuple[str, str]:
        """Who it is, for turns, bounds and caches: a login need not be the user of that name."""
        return self.known_by, self.name

    @property
    def counted_as(self) -> str:
        """The name in metrics: those who showed none share one."""
        return GUESTS if self.known_by == "nothing" else self.name


class Authentication:
    """Lets users in."""

    def __init__(
        self, settings: HubSettings, tokens: Tokens, *, clock: Callable[[], float]
    ) -> None:
        """`clock` gives seconds that only go forward."""
        self._settings = settings
        self._tokens = tokens
        self._clock = clock
        self._failures: dict[str, list[float]] = {}

    def check(self, address: HubAddress) -> None:
        """Check that nobody can listen in at an address, or come in without a token.

        Raises:
            ConfigurationError: somebody could.
        """
        if address.on_this_machine:
            return
        if not address.encrypted:
            secure = "wss" if address.websocket else "tls"
            raise ConfigurationError(
                f"{address} can be reached from other machines, where source text and tokens would"
                f" go unencrypted: listen at {secure}://{address.host}:{address.port} with"
                " hub.tls_certificate and hub.tls_key, or at a loopback address."
            )
        if not self._tokens.all():
            raise ConfigurationError(
                f"{address} can be reached from other machines, and there are no tokens yet: make"
                " one for each user with `fimls token create USER`."
            )

    def admit(
        self, peer: Peer, address: HubAddress, *, token: str | None, proxied: str | None = None
    ) -> User:
        """Return who this is.

        Args:
            peer: the other end.
            address: where it connected.
            token: what it showed, if anything.
            proxied: the user that a header names.

        Raises:
            Refused: it is not let in.
        """
        settings = self._settings
        trusts_proxy = settings.proxy_user_header and address.scheme == "ws"
        if trusts_proxy and proxied and address.on_this_machine and is_loopback(peer.host):
            if not NAME.fullmatch(proxied):
                raise Refused(
                    "The proxy names a user in a way that this hub cannot read: have it send"
                    " one name."
                )
            return User(name=proxied, known_by="proxy")
        if token is not None:
            return self._by_token(peer, token)
        if peer.uid is not None:
            own = peer.uid == os.getuid()
            return User(name=login(peer.uid), known_by="login", files_here=own)
        if settings.require_token or trusts_proxy or not address.on_this_machine:
            raise Refused(
                "This hub needs a token: put the one that `fimls token create` printed into the"
                " initialization option hub.token, or into FIMLS_HUB_TOKEN for `fimls connect`."
            )
        # Two of them may be two people: they share nothing.
        return User(name=f"{_GUEST}{secrets.token_hex(4)}")

    def use(self, settings: HubSettings, tokens: Tokens) -> None:
        """Use new settings and tokens for those who come from now on."""
        self._settings, self._tokens = settings, tokens

    def still_in(self, user: User) -> bool:
        """Whether what let a user in still does; settings may be others by now."""
        if user.token is not None:
            return self._tokens.has(user.token)
        if user.known_by == "proxy":
            return bool(self._settings.proxy_user_header)
        return user.known_by != "nothing" or not self._settings.require_token

    def _by_token(self, peer: Peer, text: str) -> User:
        try:
            self._tokens.refresh()
        except ConfigurationError as error:
            logger.debug("%s", error)  # whoever looks after the tokens says so
        token = self._tokens.find(text)
        if token is None:
            raise self._wrong(peer.place)
        return User(
            name=token.user, known_by="token", team=token.team, weight=token.weight, token=token
        )

    def _wrong(self, place: str) -> Refused:
        """Count a wrong token against where it came from.

        Nobody guesses 256 bits, and others come from the same place: the right token is let in
        whatever was shown before it. What has a bound is what guessing writes into the log.
        """
        now = self._clock()
        recent = [when for when in self._failures.pop(place, ()) if now - when < FORGIVEN_S]
        many = len(recent) >= MOST_FAILURES
        if not many:
            logger.warning("Somebody at %s showed a token that is not valid.", place)
            recent.append(now)
        self._failures[place] = recent
        if len(self._failures) > _MOST_PLACES:
            del self._failures[next(iter(self._failures))]
        if many:
            return Refused("There were too many wrong tokens from here: try again in a minute.")
        return Refused(
            "This hub does not know the token, or it was revoked or has expired: ask for a new one."
        )


def token_in(options: Any) -> str | None:
    """Return the token in an editor's initialization options, ``{"hub": {"token": ...}}``."""
    for tables in (options, _at(options, "fimls")):
        # Plug-ins of before wrote it beside the tables.
        for token in (_at(_at(tables, "hub"), "token"), _at(tables, "token")):
            if isinstance(token, str) and token:
                return token
    return None


def _at(table: Any, name: str) -> Any:
    return cast("dict[str, Any]", table).get(name) if isinstance(table, dict) else None
