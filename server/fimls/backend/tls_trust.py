"""Whose certificates are trusted: read only where TLS is in use."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import certifi

from fimls.errors import ConfigurationError


def tls_context() -> ssl.SSLContext:
    """Return what speaks TLS to servers that the system's, or a named, authority vouches for.

    Raises:
        ConfigurationError: a variable of the environment names files that cannot be used.
    """
    named_file, named_folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    try:
        tls = ssl.create_default_context()
    except (OSError, ValueError) as error:  # of what it reads, only this can fail
        raise _unusable("SSLKEYLOGFILE", error) from error
    if named_file:
        if not Path(named_file).is_file():
            raise _unusable("SSL_CERT_FILE", "it is not a file")
        try:
            tls.load_verify_locations(cafile=named_file)
        except (OSError, ValueError) as error:
            raise _unusable("SSL_CERT_FILE", error) from error
    if named_folder and not Path(named_folder).is_dir():
        raise _unusable("SSL_CERT_DIR", "it is not a folder")
    if not named_file and not named_folder:
        tls.load_verify_locations(cafile=certifi.where())  # some systems have none of their own
    return tls


def _unusable(variable: str, why: Exception | str) -> ConfigurationError:
    if isinstance(why, Exception):
        why = "it holds no certificate" if isinstance(why, ssl.SSLError) else _said(why)
    return ConfigurationError(
        f"The environment variable {variable} names {os.environ.get(variable)!r}, which cannot be"
        f" used ({why}): correct or unset it."
    )


def _said(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__
