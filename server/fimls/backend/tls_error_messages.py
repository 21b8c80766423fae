"""What can go wrong with TLS between us and the engine, as one sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fimls.errors import BackendUnreachable

if TYPE_CHECKING:
    import ssl

_EXPIRED, _NOT_YET = 10, 9
_ANOTHER_HOST, _ANOTHER_ADDRESS = 62, 64
"""OpenSSL's ``X509_V_ERR_`` codes."""
_ABOUT_OURS = (
    "CERTIFICATE_REQUIRED",
    "HANDSHAKE_FAILURE",
    "UNKNOWN_CA",
    "BAD_CERTIFICATE",
    "CERTIFICATE_UNKNOWN",
    "CERTIFICATE_EXPIRED",
    "CERTIFICATE_REVOKED",
    "ACCESS_DENIED",
)
"""How the alerts end with which servers refuse who shows no certificate, or another one."""


def no_tls(url: str) -> BackendUnreachable:
    """Return the error for a server that is asked for TLS and speaks plain text."""
    return BackendUnreachable(
        f"The server at {url} does not speak TLS: write http:// in engine.url if that is meant."
    )


def broke_tls(url: str) -> BackendUnreachable:
    """Return the error for a server that ends TLS before it has begun."""
    return BackendUnreachable(
        f"The server at {url} breaks TLS off at once: write http:// in engine.url if it does not"
        " speak TLS, or name the certificate that it needs in engine.client_certificate_file."
    )


def left_at_once(url: str) -> BackendUnreachable:
    """Return the error for a server that leaves once TLS has begun, and says nothing."""
    return BackendUnreachable(
        f"The connection to the engine at {url} broke before it answered: see its log, or name the"
        " certificate that it may want in engine.client_certificate_file."
    )


def wants_certificate(url: str) -> BackendUnreachable:
    """Return the error for a server that wants to see a certificate, or another one."""
    return BackendUnreachable(
        f"The server at {url} wants to see a certificate, or another one: name it in"
        " engine.client_certificate_file, and its key in engine.client_key_file."
    )


def speaks_tls(url: str) -> BackendUnreachable:
    """Return the error for a server that is asked in plain text and speaks TLS."""
    return BackendUnreachable(f"The server at {url} speaks TLS: write https:// in engine.url.")


def untrusted(url: str, error: ssl.SSLCertVerificationError) -> BackendUnreachable:
    """Return the error for a certificate that nobody vouches for, or that is for others."""
    whose = f"The certificate of the server at {url}"
    if error.verify_code in (_EXPIRED, _NOT_YET):
        return BackendUnreachable(
            f"{whose} is not valid now: have it renewed, or set this machine's clock."
        )
    if error.verify_code in (_ANOTHER_HOST, _ANOTHER_ADDRESS):
        return BackendUnreachable(
            f"{whose} is for another host: write the host's name as the certificate has it."
        )
    return BackendUnreachable(
        f"{whose} is not trusted: name the file of its authority, of your company's say, in"
        " engine.ca_file, or in the environment variable SSL_CERT_FILE."
    )


def refused_tls(url: str, error: ssl.SSLError) -> BackendUnreachable | None:
    """Return what an alert means with which a server ends TLS, or None if that is not known."""
    reason = error.reason or ""
    if "ALERT" in reason and reason.endswith(_ABOUT_OURS):
        return wants_certificate(url)
    if reason.endswith(("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL")):
        return BackendUnreachable(
            f"The server at {url} speaks no version of TLS that is still safe: have it updated."
        )
    return None
