"""The key of an engine: where ``fimls setup`` has it from, and the file that it is kept in."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from fimls.backend.api_key import USUAL_VARIABLES, checked_key
from fimls.errors import ConfigurationError
from fimls.hub import atomic_rewrite
from fimls.settings import EngineSettings

FLAGS = "--key-file FILE, --key-env NAME or --key-stdin (never in the command itself)"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySource:
    """Where a key comes from; all are empty where there is none.

    Attributes:
        file: it is in this file of the user's.
        variable: it is in this environment variable.
        value: it was typed, and is to be kept.
    """

    file: str = ""
    variable: str = ""
    value: str = ""

    def __repr__(self) -> str:
        return f"KeySource(file={self.file!r}, variable={self.variable!r})"

    def __bool__(self) -> bool:
        return bool(self.file or self.variable or self.value)


def key_named(file: Path | None, variable: str | None, *, from_stdin: bool) -> KeySource:
    """Return where flags say that a key is.

    Raises:
        ConfigurationError: it is not there.
    """
    if file is not None:
        return KeySource(file=str(file.expanduser().absolute()))
    if variable is not None:
        if not os.environ.get(variable, "").strip():
            raise ConfigurationError(
                f"The environment variable {variable} is not set, or empty: set it, or name"
                " another one."
            )
        return KeySource(variable=variable)
    if from_stdin:
        return KeySource(value=checked_key(sys.stdin.readline().strip(), "standard input"))
    return KeySource()


def key_in_environment(kind: str) -> KeySource:
    """Return the variable that holds the key for a kind of engine, where one does."""
    names = (USUAL_VARIABLES.get(kind, ""), EngineSettings().api_key_env)
    return KeySource(
        variable=next((each for each in names if os.environ.get(each, "").strip()), "")
    )


@contextlib.contextmanager
def kept_aside(key: KeySource, folder: Path, host: str) -> Generator[KeptKey]:
    """Keep a typed key in a file that nobody else can read; without `KeptKey.keep` it goes again.

    Args:
        key: where it comes from; nothing is written of one that is kept already.
        folder: of the user's settings.
        host: whose key it is: the file has its name.

    Raises:
        ConfigurationError: it cannot be written.
    """
    if not key.value:
        yield KeptKey(aside=None, file=Path(key.file) if key.file else None)
        return
    file = folder / "keys" / f"{re.sub(r'[^A-Za-z0-9.-]', '_', host)}.key"
    aside = file.with_name(f"{file.name}.{os.getpid()}.key")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic_rewrite.replace(aside, f"{key.value}\n")
    except OSError as error:
        raise ConfigurationError(
            f"The key cannot be kept in {file} ({error.strerror}): name a file of yours with"
            " --key-file."
        ) from error
    try:
        yield KeptKey(aside=aside, file=file)
    finally:
        aside.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptKey:
    """A key in a file.

    Attributes:
        aside: where it is until `keep`, or None where it was kept before.
        file: where it is then; None if it is in no file.
    """

    aside: Path | None
    file: Path | None

    @property
    def now(self) -> str:
        """The file that has it now, or empty."""
        return str(self.aside or self.file or "")

    def keep(self) -> None:
        """Put it where it stays, also over an older one that others could read."""
        if self.aside is not None and self.file is not None:
            self.aside.replace(self.file)
