"""Where a server is: its address, whether a proxy leads there, and whom TLS trusts."""

from __future__ import annotations

import base64
import ssl
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from fimls.backend.loopback import is_this_machine
from fimls.backend.tls_files import TlsFiles
from fimls.backend.tls_trust import tls_context
from fimls.errors import ConfigurationError

_PORTS = {"http": 80, "https": 443}
_AS_IT_IS = "/%:@!$&'()*+,;=~"
"""Characters of a path that stay, beside letters and digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Something that listens.

    Attributes:
        host: name or number, an IPv6 one without brackets.
        port: of TCP.
        tls: how to speak TLS to it, or None for plain text.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None

    @property
    def authority(self) -> str:
        """Host and port as they stand in an address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A proxy that the environment names.

    Attributes:
        endpoint: where it listens.
        authorization: the value of ``Proxy-Authorization``, or empty.
    """

    endpoint: Endpoint
    authorization: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A server's address.

    Attributes:
        server: where it listens.
        host: the value of ``Host``.
        path: what comes before every path, without a slash at its end.
        proxy: what leads there, or None.
    """

    server: Endpoint
    host: str
    path: str
    proxy: Proxy | None

    @property
    def tunnelled(self) -> bool:
        """Whether the proxy only passes bytes on."""
        return self.proxy is not None and self.server.tls is not None

    @property
    def answered_by(self) -> str:
        """Host and port of the proxy that answers in the server's place, or empty."""
        return self.proxy.endpoint.authority if self.proxy and not self.tunnelled else ""

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Those of every request."""
        headers = [("Host", self.host), ("Accept-Encoding", "identity")]
        if self.proxy and self.proxy.authorization and not self.tunnelled:
            headers.append(("Proxy-Authorization", self.proxy.authorization))
        return headers

    def target(self, path: str) -> str:
        """Return what a request names, for a path below the address."""
        whole = f"{self.path}/{path}"
        return f"http://{self.host}{whole}" if self.answered_by else whole

    @classmethod
    def read(cls, url: str, files: TlsFiles | None = None) -> Address:
        """Return what an address, the files of its settings, and the environment say.

        Raises:
            ConfigurationError: it is not an address, or certificates or a proxy in the environment
                are not usable, or those files.
        """
        try:
            parts = _split(url)
        except ValueError as error:
            raise ConfigurationError(
                f"engine.url is not an address ({error}): write it like http://127.0.0.1:30000."
            ) from None
        endpoint = _endpoint(parts, files)
        path = quote(parts.path.rstrip("/"), safe=_AS_IT_IS)
        usual = endpoint.port == _PORTS[parts.scheme]
        host = endpoint.authority.rpartition(":")[0] if usual else endpoint.authority
        return cls(server=endpoint, host=host, path=path, proxy=_proxy(parts, endpoint.host, files))


def _split(url: str) -> SplitResult:
    """Return the parts of an address.

    Raises:
        ValueError: one sentence's half that says what is wrong with it.
    """
    if not url.isprintable() or " " in url:
        raise ValueError("it has characters that no address has")
    try:
        parts = urlsplit(url)
        hostname = (parts.hostname or "").encode("idna")
    except ValueError:
        raise ValueError("its host cannot be read") from None
    if parts.scheme not in _PORTS:
        raise ValueError("it must begin with http:// or https://")
    if "@" in parts.netloc:
        raise ValueError("no password belongs into it: see engine.api_key_file")
    if not hostname:
        raise ValueError("it names no host")
    try:
        port = parts.port
    except ValueError:
        raise ValueError("its port must be a number from 1 to 65535") from None
    if port == 0:
        raise ValueError("its port must be a number from 1 to 65535")
    if parts.query or parts.fragment:
        raise ValueError("nothing may follow ? or # in it")
    return parts


def _endpoint(parts: SplitResult, files: TlsFiles | None) -> Endpoint:
    tls = tls_context(files) if parts.scheme == "https" else None
    host = (parts.hostname or "").encode("idna").decode("ascii")
    return Endpoint(host=host, port=parts.port or _PORTS[parts.scheme], tls=tls)


def _proxy(parts: SplitResult, host: str, files: TlsFiles | None) -> Proxy | None:
    """Return the proxy that the environment names; those are for other machines."""
    proxies = getproxies()
    named = proxies.get(parts.scheme) or proxies.get("all")
    if not named or is_this_machine(host) or proxy_bypass(parts.netloc):
        return None
    where = f"The proxy that {parts.scheme.upper()}_PROXY or ALL_PROXY names in the environment"
    try:
        proxy = urlsplit(named if "://" in named else f"http://{named}")
        usable = proxy.scheme in _PORTS and bool(proxy.hostname) and proxy.port != 0
    except ValueError:
        proxy, usable = SplitResult("", "", "", "", ""), False
    if proxy.scheme.startswith("socks"):
        raise ConfigurationError(
            f"{where} speaks SOCKS, which fimls does not: name an HTTP proxy, or add the engine's"
            " host to NO_PROXY."
        )
    if not usable:
        raise ConfigurationError(
            f"{where} is not an address: write it like http://proxy.example:3128, or add the"
            " engine's host to NO_PROXY."
        )
    trusted = TlsFiles(authorities=files.authorities) if files else None
    return Proxy(endpoint=_endpoint(proxy, trusted), authorization=_authorization(proxy))


def _authorization(proxy: SplitResult) -> str:
    if proxy.username is None:
        return ""
    word = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return f"Basic {base64.b64encode(word.encode()).decode()}"
