"""What a process answers to plain HTTP requests: metrics, health, the status page."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from fimls.metrics.prometheus import CONTENT_TYPE, PrometheusMetrics
from fimls.metrics.status_page import EngineState, status, status_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer.

    Attributes:
        status: HTTP status.
        content_type: of the body.
        body: its bytes.
        challenge: what an unauthorised browser is told, so that it asks for a token.
    """

    status: HTTPStatus = HTTPStatus.OK
    content_type: str = "text/plain; charset=utf-8"
    body: bytes = b""
    challenge: str | None = None

    def headers(self) -> dict[str, str]:
        """Return its headers."""
        challenge = {"WWW-Authenticate": self.challenge} if self.challenge else {}
        return {
            "Content-Type": self.content_type,
            "Content-Length": str(len(self.body)),
            # It names users: nothing between us and the reader keeps it, and it runs no script.
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
            "Connection": "close",
            **challenge,
        }


class HttpPages:
    """``/metrics``, ``/healthz``, ``/readyz``, ``/status.json`` and, as ``/``, the status page.

    ``/healthz`` is 200 while the process handles messages, ``/readyz`` while an engine answers too.
    They tell nothing else and need no token; the others need one.
    """

    def __init__(
        self,
        metrics: PrometheusMetrics,
        *,
        engines: Callable[[], Sequence[EngineState]],
        troubles: Callable[[], Sequence[str]] = tuple,
        more: Callable[[], Mapping[str, object]] = dict,
        title: str = "fimls hub",
    ) -> None:
        """Show what is counted.

        Args:
            metrics: everything that is counted.
            engines: returns what is known of the engines now.
            troubles: returns sentences on what is wrong with the process itself now.
            more: returns what else ``/status.json`` says.
            title: of the status page.
        """
        self._troubles = troubles
        self._metrics = metrics
        self._engines = engines
        self._title = title
        self._more = more
        self._since = datetime.now(UTC)

    def answer(self, path: str, authorization: str | None, admits: Callable[[str], bool]) -> Page:
        """Return the page at a path.

        Args:
            path: of the request.
            authorization: its header of that name.
            admits: whether a token, empty where none is shown, may see who works here.
        """
        match path.partition("?")[0]:
            case "/healthz":
                return Page(body=b"ok\n")
            case "/readyz":
                if any(engine.up for engine in self._engines()):
                    return Page(body=b"ok\n")
                status = HTTPStatus.SERVICE_UNAVAILABLE
                return Page(status=status, body=b"No engine answers.\n")
            case "/" | "/metrics" | "/status.json" as known:
                if not admits(token_of(authorization)):
                    return Page(
                        status=HTTPStatus.UNAUTHORIZED,
                        body=b"Show a token of this hub, as a bearer or as a password.\n",
                        challenge='Basic realm="fimls hub: any name, and a token"',
                    )
                return self._known(known)
            case _:
                return Page(status=HTTPStatus.NOT_FOUND, body=b"There is no such page.\n")

    def _known(self, path: str) -> Page:
        users, engines = self._metrics.users.values(), self._engines()
        if path == "/metrics":
            return Page(content_type=CONTENT_TYPE, body=self._metrics.text())
        if path == "/status.json":
            told = {**status(users, engines, self._troubles(), since=self._since), **self._more()}
            body = json.dumps(told, ensure_ascii=False).encode()
            return Page(content_type="application/json", body=body)
        page = status_page(self._title, users, engines, self._troubles(), since=self._since)
        return Page(content_type="text/html; charset=utf-8", body=page.encode())


def token_of(authorization: str | None) -> str:
    """Return the token in an ``Authorization`` header, empty where there is none.

    Programs send ``Bearer TOKEN``; browsers, which ask for a name and a password, send both as
    ``Basic``: the password is the token.
    """
    scheme, _, value = (authorization or "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except (binascii.Error, ValueError):
            return ""
    return ""
