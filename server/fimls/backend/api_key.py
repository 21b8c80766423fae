"""The engine's API key: where it comes from, and that it is never seen."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from fimls.errors import ConfigurationError
from fimls.logs.redaction import hide
from fimls.settings import EngineSettings

USUAL_VARIABLES = {"deepseek": "DEEPSEEK_API_KEY", "mistral": "MISTRAL_API_KEY"}
"""Kind of an engine -> the variable that its users have as a rule."""


class ApiKey:
    """A key that shows itself to nobody but `authorization`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """`value` is what stands after ``Bearer``."""
        self._value = value

    def __repr__(self) -> str:
        return "ApiKey(***)"

    @property
    def authorization(self) -> str:
        """The value of the ``Authorization`` header."""
        return f"Bearer {self._value}"


def read_api_key(
    settings: EngineSettings, environ: Mapping[str, str] = os.environ
) -> ApiKey | None:
    """Return the key from the file that the settings name, else from the environment, else None.

    Raises:
        ConfigurationError: the file cannot be read, or holds no key.
    """
    if settings.api_key_file:
        source = f"engine.api_key_file ({settings.api_key_file})"
        try:
            value = Path(settings.api_key_file).expanduser().read_text("utf-8-sig").strip()
        except (OSError, UnicodeDecodeError, RuntimeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not text"
            raise ConfigurationError(
                f"The API key cannot be read from {source} ({why or 'not a file'}): name a file"
                " that you may read."
            ) from None
        if not value:
            raise ConfigurationError(f"{source} is empty: write the engine's API key into it.")
    else:
        names = filter(None, (settings.api_key_env, USUAL_VARIABLES.get(settings.kind)))
        name = next((each for each in names if environ.get(each, "").strip()), "")
        source = f"the environment variable {name}"
        value = environ.get(name, "").strip() if name else ""
    if not value:
        return None
    return ApiKey(checked_key(value, source))


def checked_key(value: str, source: str) -> str:
    """Return a key, which from now on no log shows.

    Raises:
        ConfigurationError: it is none.
    """
    if not (value and value.isascii() and value.isprintable() and " " not in value):
        raise ConfigurationError(
            f"The API key in {source} has characters that no key can have: write the key alone."
            if value
            else f"There is no API key in {source}: write the key alone."
        )
    hide(value)
    return value
