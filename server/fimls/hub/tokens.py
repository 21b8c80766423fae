"""The tokens that let users in: a file that holds no token, only what one is known by.

A token is 32 random bytes, so its SHA-256 is all that has to be kept: a slow hash is for secrets
that can be guessed, and nobody guesses 256 bits. What is shown once is ``fimls_ID_SECRET``; the id
finds the entry, and the secret is compared in constant time.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import math
import os
import re
import secrets
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any, cast

import attrs
from attrs import validators as v
from platformdirs import user_config_path

from fimls.bounded_file import read_regular_file
from fimls.errors import ConfigurationError
from fimls.hub.atomic_rewrite import locked, replace
from fimls.hub.unix_logins import login
from fimls.settings import HubSettings

DAY_S = 86_400

NAME = re.compile(r"[\w.@+-]{1,64}")
"""Of users and teams: they stand in logs, metrics and on command lines."""

MOST_DAYS, MOST_WEIGHT = 36_500, 1_000

_MOST_BYTES = 2**23
"""Of the file; an entry has about 250."""

_TOKEN = re.compile(r"fimls_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_UNREADABLE = (
    ArithmeticError,
    AttributeError,
    KeyError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
_NOBODY = hashlib.sha256(b"").digest()


def _moment(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"{field.name} must be a number of seconds")


@attrs.frozen(kw_only=True)
class Token:
    """What is known of one token.

    Attributes:
        id: how it is named, by `fimls token` and in the log; it is no secret.
        user: whose it is; one user may have several.
        team: the user's team, or empty.
        weight: the user's share of a busy engine, where others have 1.
        sha256: of its secret, in hexadecimal.
        created: seconds since 1970.
        expires: seconds since 1970, or None.
    """

    id: str = attrs.field(validator=v.matches_re(r"[0-9a-f]{12}"))
    user: str = attrs.field(validator=v.matches_re(NAME))
    team: str = attrs.field(default="", validator=v.matches_re(rf"|{NAME.pattern}"))
    weight: float = attrs.field(default=1.0, validator=v.and_(v.gt(0.0), v.le(MOST_WEIGHT)))
    sha256: str = attrs.field(repr=False, validator=v.matches_re(r"[0-9a-f]{64}"))
    created: float = attrs.field(default=0.0, validator=_moment)
    expires: float | None = attrs.field(default=None, validator=v.optional(_moment))

    def valid(self, now: float) -> bool:
        """Whether it lets somebody in at this time."""
        return self.expires is None or now < self.expires


class Tokens:
    """The tokens of one file, as it is now.

    Attributes:
        file: where they are.
        lost: whether there were some, and the file is gone.
    """

    def __init__(self, file: Path, *, clock: Callable[[], float]) -> None:
        """Nothing is read yet; `clock` gives seconds since 1970."""
        self.file = file
        self.lost = False
        self._clock = clock
        self._seen: tuple[int, int, int] | None = None
        self._tokens: dict[str, Token] = {}

    def all(self) -> Sequence[Token]:
        """Return the tokens, the oldest first.

        Raises:
            ConfigurationError: the file cannot be read.
        """
        self.refresh()
        return tuple(self._tokens.values())

    def find(self, text: str) -> Token | None:
        """Return the entry of a token that lets somebody in, or None."""
        match = _TOKEN.fullmatch(text)
        token = self._tokens.get(match[1]) if match else None
        shown = hashlib.sha256((match[2] if match else "").encode()).digest()
        # Also compared where there is no entry, so that the time says nothing of ids.
        expected = bytes.fromhex(token.sha256) if token else _NOBODY
        same = hmac.compare_digest(shown, expected)
        return token if token is not None and same and token.valid(self._clock()) else None

    def has(self, token: Token) -> bool:
        """Whether an entry still lets somebody in."""
        return self._tokens.get(token.id) == token and token.valid(self._clock())

    def refresh(self) -> bool:
        """Read the file if it changed; returns whether it did.

        Raises:
            ConfigurationError: it cannot be read; what it held before stays in force.
        """
        try:
            status = self.file.stat()
            seen = (status.st_mtime_ns, status.st_size, status.st_ino)
            if seen == self._seen:
                return False
            read = _read(read_regular_file(self.file, most_bytes=_MOST_BYTES))
        except (FileNotFoundError, NotADirectoryError):
            changed, self._tokens, self._seen = bool(self._tokens), {}, None
            self.lost = self.lost or changed
            return changed
        except PermissionError as error:
            raise ConfigurationError(self._whose()) from error
        except _UNREADABLE as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise ConfigurationError(
                f"The tokens in {self.file} cannot be read ({why}): correct the file, or remove it"
                " and make new ones with `fimls token create`."
            ) from error
        self._tokens, self._seen, self.lost = read, seen, False
        return True

    def _whose(self) -> str:
        """Say who may read the file, and what lets this process read it."""
        here = login(os.geteuid())
        try:
            belongs = f"belongs to {login(self.file.stat().st_uid)}"
        except OSError:
            belongs = "stands in a folder that is closed to it"
        return (
            f"The tokens in {self.file} cannot be read: the file {belongs}, and this process runs"
            f" as {here}. `chown {here} {self.file}` gives it back; they are kept."
        )

    def create(
        self, user: str, *, team: str = "", weight: float = 1.0, days: float | None = None
    ) -> tuple[Token, str]:
        """Make a token for a user; returns its entry, and the token itself, which is kept nowhere.

        Raises:
            ConfigurationError: a name is none, a number is out of bounds, or the file cannot be
                written.
        """
        token, shown = self._made(user, team=team, weight=weight, days=days)
        with self._changed() as tokens:
            tokens[token.id] = token
        return token, shown

    def rotate(self, user: str) -> str:
        """Put a new token in the place of all that a user has, and return it.

        It has the team and the weight of the newest one, and is valid for as long as that was made
        for. A hub reads either file, so that nobody is without a token in between.

        Raises:
            ConfigurationError: the user has none, or the file cannot be written.
        """
        with self._changed() as tokens:
            old = [token for token in tokens.values() if token.user == user]
            if not old:
                raise ConfigurationError(
                    f"{user!r} has no token: make one with `fimls token create {user}`."
                )
            last = max(old, key=lambda token: token.created)
            days = None if last.expires is None else (last.expires - last.created) / DAY_S
            token, shown = self._made(user, team=last.team, weight=last.weight, days=days)
            for each in old:
                del tokens[each.id]
            tokens[token.id] = token
        return shown

    def revoke(self, name: str) -> Sequence[Token]:
        """Remove the token with this id, or all of this user; returns those that were removed.

        Raises:
            ConfigurationError: the file cannot be written.
        """
        with self._changed() as tokens:
            gone = [token for token in tokens.values() if name in (token.id, token.user)]
            for token in gone:
                del tokens[token.id]
        return gone

    def _made(
        self, user: str, *, team: str, weight: float, days: float | None
    ) -> tuple[Token, str]:
        if days is not None and not 0 < days <= MOST_DAYS:
            raise ConfigurationError(
                f"--days must be more than 0 and at most {MOST_DAYS:,} days; without it a token"
                " never expires."
            )
        if not 0 < weight <= MOST_WEIGHT:
            raise ConfigurationError(f"--weight must be more than 0 and at most {MOST_WEIGHT:,}.")
        secret, now = base64.urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode(), self._clock()
        try:
            token = Token(
                id=secrets.token_hex(6),
                user=user,
                team=team,
                weight=weight,
                sha256=hashlib.sha256(secret.encode()).hexdigest(),
                created=round(now),
                expires=None if days is None else round(now + days * DAY_S),
            )
        except ValueError as error:
            raise ConfigurationError(
                "Names of users and teams must be at most 64 letters, digits and the signs . _"
                " @ + -."
            ) from error
        return token, f"fimls_{token.id}_{secret}"

    @contextlib.contextmanager
    def _changed(self) -> Generator[dict[str, Token]]:
        """Change the file as a whole, so that a hub never reads half of it."""
        try:
            with locked(self.file):
                self._seen = None
                self.refresh()
                tokens = dict(self._tokens)
                yield tokens
                entries = [attrs.asdict(token) for token in tokens.values()]
                replace(self.file, json.dumps({"tokens": entries}, indent=1))
                self._tokens = tokens
        except OSError as error:
            raise ConfigurationError(
                f"The tokens in {self.file} cannot be written ({error.strerror}): run this as"
                " whoever the file belongs to, or set hub.tokens_file to one in a folder that you"
                " may write."
            ) from error


def _read(data: bytes) -> dict[str, Token]:
    entries = cast("list[dict[str, Any]]", json.loads(data.decode())["tokens"])
    return {token.id: token for token in (Token(**entry) for entry in entries)}


def tokens_file(settings: HubSettings) -> Path:
    """Return the file of the tokens."""
    if settings.tokens_file:
        return Path(settings.tokens_file).expanduser()
    return user_config_path("fimls") / "tokens.json"
