"""Opening a connection: to the server itself or through a proxy, and TLS on top of it."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable

from fimls.backend.connection import Connection
from fimls.backend.error_messages import (
    no_such_host,
    not_there,
    out_of_files,
    proxy_is_away,
    proxy_refuses,
)
from fimls.backend.exchange import Exchange, Request
from fimls.backend.loopback import is_localhost
from fimls.backend.server_address import Address, Endpoint
from fimls.backend.tls_error_messages import broke_tls, no_tls, refused_tls, untrusted
from fimls.errors import BackendError

_LOOPBACK = ("127.0.0.1", "::1")
_MOST_ADDRESSES = 4
"""Of one host; they share the time there is."""

Tell = Callable[[Connection], None]


async def dial(
    address: Address, url: str, opened: Tell, lost: Tell, *, timeout_s: float
) -> Connection:
    """Open a connection on which requests can be sent.

    Args:
        address: where to.
        url: the same, for error messages.
        opened: told as soon as there is a socket.
        lost: told when there is none any more.
        timeout_s: how long all of it may take.

    Raises:
        BackendError: there is nobody, or not who should be there.
    """
    connection = Connection(opened, lost)
    try:
        async with asyncio.timeout(timeout_s):
            await _open(connection, address, url, timeout_s)
    except BaseException as error:
        connection.close()
        lost(connection)
        if isinstance(error, TimeoutError):
            raise _late(connection, address, url, error) from error
        raise
    return connection


async def _open(connection: Connection, address: Address, url: str, timeout_s: float) -> None:
    proxy = address.proxy
    first = address.server if proxy is None else proxy.endpoint
    try:
        await _connect(connection, first, timeout_s)
    except (OSError, UnicodeError) as error:
        raise _away(address, url, error) from error
    if first.tls is not None:
        await _secure(connection, first, url if proxy is None else f"https://{first.authority}")
    if proxy is not None and address.tunnelled:
        await _tunnel(connection, address, url, timeout_s)
        await _secure(connection, address.server, url)


async def _connect(connection: Connection, endpoint: Endpoint, timeout_s: float) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    found = await loop.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    if is_localhost(endpoint.host):  # both, whatever the resolver knows (RFC 6761)
        for host in _LOOPBACK:
            found += await loop.getaddrinfo(host, endpoint.port, type=socket.SOCK_STREAM)
    found = [*dict.fromkeys(found)][:_MOST_ADDRESSES]
    for number, (family, kind, protocol, _, where) in enumerate(found, 1):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            async with asyncio.timeout((deadline - loop.time()) / (len(found) - number + 1)):
                await loop.sock_connect(sock, where)
            await loop.create_connection(lambda: connection, sock=sock)
        except BaseException as error:
            sock.close()
            if not isinstance(error, OSError) or number == len(found):
                raise
        else:
            return


async def _secure(connection: Connection, endpoint: Endpoint, url: str) -> None:
    """Begin to speak TLS."""
    assert endpoint.tls is not None
    try:
        transport = await asyncio.get_running_loop().start_tls(
            connection.transport, connection, endpoint.tls, server_hostname=endpoint.host
        )
    except ssl.SSLCertVerificationError as error:
        raise untrusted(url, error) from error
    except ssl.SSLError as error:
        cut_short = isinstance(error, ssl.SSLEOFError)
        raise refused_tls(url, error) or (broke_tls if cut_short else no_tls)(url) from error
    except ValueError as error:
        raise no_tls(url) from error
    except OSError as error:
        raise broke_tls(url) from error
    if transport is None:
        raise no_tls(url)
    connection.transport = transport


async def _tunnel(connection: Connection, address: Address, url: str, timeout_s: float) -> None:
    """Have the proxy pass bytes on."""
    assert address.proxy is not None
    target = address.server.authority
    headers = [("Host", target)]
    if address.proxy.authorization:
        headers.append(("Proxy-Authorization", address.proxy.authorization))
    request = Request(
        method="CONNECT", target=target, headers=headers, silence_s=timeout_s, total_s=timeout_s
    )
    where = address.proxy.endpoint.authority
    exchange = Exchange(connection, request, url, lambda _: None)
    try:
        await exchange.head()
    except BackendError as error:
        raise proxy_is_away(where, url) from error
    finally:
        exchange.leave()
    if not 200 <= exchange.status < 300:
        raise proxy_refuses(where, exchange.status, url)
    connection.used = False


def _away(address: Address, url: str, error: Exception) -> BackendError:
    """Return what it means that no connection came about."""
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        return out_of_files(url)
    if address.proxy is not None:
        return proxy_is_away(address.proxy.endpoint.authority, url)
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return no_such_host(address.server.host)
    return not_there(url)


def _late(connection: Connection, address: Address, url: str, error: Exception) -> BackendError:
    """Return what it means that a connection took too long."""
    if connection.opened and address.proxy is None:
        return no_tls(url)  # who listens there does not understand what TLS begins with
    return _away(address, url, error)
