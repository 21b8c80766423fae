"""The tokens that let users in: a file that holds no token, only what one is known by.

A token is 32 random bytes, so its SHA-256 is all that has to be kept: a slow hash is for secrets
that can be guessed, and nobody guesses 256 bits. What is shown once is ``fimls_ID_SECRET``; the id
finds the entry, and the secret is compared in constant time.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any, cast

import attrs
from attrs import validators as v
from platformdirs import user_config_path

from fimls.errors import ConfigurationError
from fimls.settings import HubSettings

DAY_S = 86_400

NAME = re.compile(r"[\w.@+-]{1,64}")
"""Of users and teams: they stand in logs, metrics and on command lines."""

_TOKEN = re.compile(r"fimls_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_NOBODY = hashlib.sha256(b"").digest()


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
    weight: float = attrs.field(default=1.0, validator=v.and_(v.gt(0.0), v.le(1_000.0)))
    sha256: str = attrs.field(repr=False, validator=v.matches_re(r"[0-9a-f]{64}"))
    created: float = 0.0
    expires: float | None = None

    def valid(self, now: float) -> bool:
        """Whether it lets somebody in at this time."""
        return self.expires is None or now < self.expires


class Tokens:
    """The tokens of one file, as it is now."""

    def __init__(self, file: Path, *, clock: Callable[[], float]) -> None:
        """Nothing is read yet; `clock` gives seconds since 1970."""
        self._file = file
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
            status = self._file.stat()
            seen = (status.st_mtime_ns, status.st_size, status.st_ino)
            if seen == self._seen:
                return False
            self._tokens = _read(self._file.read_text("utf-8"))
        except FileNotFoundError:
            changed, self._tokens, self._seen = bool(self._tokens), {}, None
            return changed
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise ConfigurationError(
                f"The tokens in {self._file} cannot be read ({type(error).__name__}): mend the"
                " file, or remove it and make new ones with `fimls token create`."
            ) from error
        self._seen = seen
        return True

    def create(
        self, user: str, *, team: str = "", weight: float = 1.0, days: float | None = None
    ) -> tuple[Token, str]:
        """Make a token for a user; returns its entry, and the token itself, which is kept nowhere.

        Raises:
            ConfigurationError: a name is none, or the file cannot be written.
        """
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
                "Names of users and teams are up to 64 letters, digits and the signs . _ @ + -, and"
                " a weight is above 0 and at most 1000."
            ) from error
        with self._changed() as tokens:
            tokens[token.id] = token
        return token, f"fimls_{token.id}_{secret}"

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

    @contextlib.contextmanager
    def _changed(self) -> Generator[dict[str, Token]]:
        """Change the file as a whole, so that a hub never reads half of it."""
        new = self._file.with_name(f"{self._file.name}.{os.getpid()}.new")
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._file.with_name(f"{self._file.name}.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                self._seen = None
                self.refresh()
                yield self._tokens
                entries = [attrs.asdict(token) for token in self._tokens.values()]
                with open(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
                    json.dump({"tokens": entries}, file, indent=1)
                    file.flush()
                    os.fsync(file.fileno())
                new.replace(self._file)
        except OSError as error:
            raise ConfigurationError(
                f"The tokens in {self._file} cannot be written ({error.strerror}): set"
                " hub.tokens_file to a file in a folder that may be written."
            ) from error


def _read(text: str) -> dict[str, Token]:
    entries = cast("list[dict[str, Any]]", json.loads(text)["tokens"])
    return {token.id: token for token in (Token(**entry) for entry in entries)}


def tokens_file(settings: HubSettings) -> Path:
    """Return the file of the tokens."""
    if settings.tokens_file:
        return Path(settings.tokens_file).expanduser()
    return user_config_path("fimls") / "tokens.json"
