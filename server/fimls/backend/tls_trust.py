"""Whose certificates are trusted, and which one is shown: read only where TLS is in use."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import certifi

from fimls.backend.tls_files import TlsFiles
from fimls.errors import ConfigurationError


def tls_context(files: TlsFiles | None = None) -> ssl.SSLContext:
    """Return what speaks TLS to servers that the system's, or a named, authority vouches for.

    Raises:
        ConfigurationError: a setting, or a variable of the environment, names files that cannot be
            used.
    """
    files = files or TlsFiles()
    named_file, named_folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    try:
        tls = ssl.create_default_context()
    except (OSError, ValueError) as error:  # of what it reads, only this can fail
        raise _unusable_variable("SSLKEYLOGFILE", error) from error
    if named_file:
        if not Path(named_file).is_file():
            raise _unusable_variable("SSL_CERT_FILE", "it is not a file")
        try:
            tls.load_verify_locations(cafile=named_file)
        except (OSError, ValueError) as error:
            raise _unusable_variable("SSL_CERT_FILE", error) from error
    if named_folder and not Path(named_folder).is_dir():
        raise _unusable_variable("SSL_CERT_DIR", "it is not a folder")
    if not named_file and not named_folder:
        tls.load_verify_locations(cafile=certifi.where())  # some systems have none of their own
    if files.authorities:
        try:
            tls.load_verify_locations(cafile=_file("ca_file", files.authorities))
        except (OSError, ValueError) as error:
            raise _unusable("ca_file", files.authorities, _said(error)) from error
    if files.certificate:
        _show(tls, files)
    elif files.key:
        raise ConfigurationError(
            "engine.client_key_file is set without engine.client_certificate_file: set both, or"
            " neither."
        )
    return tls


def _show(tls: ssl.SSLContext, files: TlsFiles) -> None:
    """Have a certificate shown to servers that ask for one."""
    certificate = _file("client_certificate_file", files.certificate)
    key = _file("client_key_file", files.key) if files.key else None
    name = "client_key_file" if files.key else "client_certificate_file"
    named = files.key or files.certificate
    try:
        tls.load_cert_chain(certificate, key, password=_no_passphrase)
    except _PassphraseNeededError:
        why = "its key has a passphrase: name a key without one, which only you can read"
    except ssl.SSLError as error:
        mismatch = error.reason == "KEY_VALUES_MISMATCH"
        why = "the key is not this certificate's" if mismatch else "no certificate with its key"
    except (OSError, ValueError) as error:
        why = _said(error)
    else:
        return
    raise _unusable(name, named, why)


class _PassphraseNeededError(Exception):
    pass


def _no_passphrase() -> str:
    raise _PassphraseNeededError  # OpenSSL would ask at the terminal, if there is one


def _file(setting: str, named: str) -> str:
    """Return the path of a file that a setting names."""
    try:
        path = Path(named).expanduser()
        if path.is_file():
            return str(path)
    except (OSError, ValueError, RuntimeError):
        pass
    raise _unusable(setting, named, "it is not a file")


def _unusable(setting: str, named: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"engine.{setting} names {named!r}, which cannot be used ({why}): correct it."
    )


def _unusable_variable(variable: str, why: Exception | str) -> ConfigurationError:
    if isinstance(why, Exception):
        why = _said(why)
    return ConfigurationError(
        f"The environment variable {variable} names {os.environ.get(variable)!r}, which cannot be"
        f" used ({why}): correct or unset it."
    )


def _said(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "it holds no certificate"
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__
