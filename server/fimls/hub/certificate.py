"""What a hub speaks TLS with."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from fimls.bounded_file import read_regular_file
from fimls.errors import ConfigurationError
from fimls.settings import HubSettings

_MOST_BYTES = 2**20
_ROUNDS = 4
"""Of a handshake, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a certificate says of itself.

    Attributes:
        names: the names and addresses that it is for.
        ends: until when it is valid, in seconds since 1970.
    """

    names: Sequence[str]
    ends: float


def read_certificate(settings: HubSettings) -> Facts:
    """Return what the certificate says, as a client sees it that trusts it.

    Raises:
        ConfigurationError: certificate or key cannot be used, or it is not valid now.
    """
    chain = Path(settings.tls_certificate).expanduser()
    server = load_certificate(settings)
    client = ssl.create_default_context(cafile=chain)
    client.check_hostname = False
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # it is trusted, whoever signed it
    client.verify_flags &= ~ssl.VERIFY_X509_STRICT
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = (
        client.wrap_bio(back, there, server_hostname="localhost"),
        server.wrap_bio(there, back, server_side=True),
    )
    try:
        for _ in range(_ROUNDS):
            for side in sides:
                with contextlib.suppress(ssl.SSLWantReadError):
                    side.do_handshake()
    except ssl.SSLCertVerificationError as error:
        raise ConfigurationError(
            f"No client will trust the certificate {chain} ({error.verify_message}): have it"
            " renewed, or set this machine's clock."
        ) from error
    facts = cast("dict[str, Any]", sides[0].getpeercert() or {})
    names = [name for _, name in facts.get("subjectAltName", ())]
    return Facts(names=names, ends=ssl.cert_time_to_seconds(facts["notAfter"]))


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
    context.options |= ssl.OP_NO_RENEGOTIATION  # a handshake costs the hub more than the client
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
    raise ConfigurationError("The key in hub.tls_key needs a password: give the hub one without.")
