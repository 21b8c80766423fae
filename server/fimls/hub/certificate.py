"""What a hub speaks TLS with."""

from __future__ import annotations

import ssl
from pathlib import Path

from fimls.errors import ConfigurationError
from fimls.regular_file import read_regular_file
from fimls.settings import HubSettings

_MOST_BYTES = 2**20


def load_certificate(settings: HubSettings) -> ssl.SSLContext:
    """Return what TLS is spoken with.

    Raises:
        ConfigurationError: certificate or key cannot be used.
    """
    if not settings.tls_certificate or not settings.tls_key:
        raise ConfigurationError(
            "TLS needs a certificate: set hub.tls_certificate and hub.tls_key to PEM files."
        )
    chain, key = Path(settings.tls_certificate).expanduser(), Path(settings.tls_key).expanduser()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        for file in (chain, key):
            read_regular_file(file, most_bytes=_MOST_BYTES)  # OpenSSL would wait for a pipe
        context.load_cert_chain(chain, key, password=_no_password)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"The certificate {chain} with the key {key} cannot be used"
            f" ({error.strerror or type(error).__name__}): both must be PEM, and belong together."
        ) from error
    return context


def _no_password() -> str:
    """Refuse, where OpenSSL would ask whoever sits at the terminal."""
    raise ConfigurationError("The key in hub.tls_key wants a password: give the hub one without.")
