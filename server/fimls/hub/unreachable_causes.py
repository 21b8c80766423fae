"""Why a hub is not reached, each cause in a sentence of its own."""

from __future__ import annotations

import socket
import ssl

from fimls.errors import FimlsError
from fimls.hub.hub_address import HubAddress

_EXPIRED, _NOT_YET = 10, 9
_OTHER_NAME = (62, 64)
"""OpenSSL's numbers for a certificate that is for another host or another IP address."""

_NO_SUCH_NAME = {getattr(socket, name, None) for name in ("EAI_NONAME", "EAI_NODATA")} - {None}
_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE")


class HubUnreachable(FimlsError):
    """No hub answers at the address; it may come back."""


class HubMisaddressed(HubUnreachable):
    """What answers is not the hub that was meant, or is not spoken to so: waiting is no help."""


def away(address: HubAddress) -> HubUnreachable:
    """Return the error for a hub that does not answer."""
    return HubUnreachable(f"No hub answers at {address}: check that `fimls hub` runs there.")


def why_not(address: HubAddress, error: Exception) -> HubUnreachable:
    """Return the error for a connection that did not come about."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return HubMisaddressed(_certificate(address, error))
    if isinstance(error, ssl.SSLError) and str(error.reason) in _NO_TLS:
        return speaks_otherwise(address, b"")
    if isinstance(error, socket.gaierror) and error.errno in _NO_SUCH_NAME:
        return HubMisaddressed(
            f"There is no machine named {address.host}: check the address of the hub."
        )
    return away(address)


def speaks_otherwise(address: HubAddress, first: bytes) -> HubMisaddressed:
    """Return the error for an answer that is none; `first` is what it begins with."""
    if address.encrypted and not first:
        return HubMisaddressed(
            f"What answers at {address} does not speak TLS: if that is the hub, start it with tls://"
            f" or wss:// in place of {'ws' if address.websocket else 'tcp'}://."
        )
    if first.startswith((b"\x15\x03", b"\x16\x03")):
        scheme = "wss" if address.websocket else "tls"
        return HubMisaddressed(
            f"What answers at {address} speaks TLS: write {scheme}:// in place of"
            f" {address.scheme}://."
        )
    if first.startswith(b"HTTP/"):
        scheme = "wss" if address.encrypted else "ws"
        return HubMisaddressed(
            f"What answers at {address} speaks HTTP: write {scheme}:// in place of"
            f" {address.scheme}://, if it is the hub."
        )
    if address.websocket:
        scheme = "tls" if address.encrypted else "tcp"
        return HubMisaddressed(
            f"What answers at {address} is no WebSocket: write {scheme}:// in place of"
            f" {address.scheme}://, if it is the hub."
        )
    return HubMisaddressed(f"What answers at {address} is not a hub: check the address.")


def _certificate(address: HubAddress, error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in _OTHER_NAME:
        return (
            f"The certificate of the hub at {address} is for another name: connect by a name that"
            f" is in it, or have {address.host} put into it."
        )
    if error.verify_code == _EXPIRED:
        return f"The certificate of the hub at {address} has expired: have it renewed."
    if error.verify_code == _NOT_YET:
        return f"The certificate of the hub at {address} is not valid yet: check both clocks."
    return (
        f"The certificate of the hub at {address} is not trusted ({error.verify_message}): if it is"
        " your own, pass the certificate of its authority with --ca FILE."
    )
