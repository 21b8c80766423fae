"""Plain HTTP at a hub: the handshake of a WebSocket, and the pages."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from fimls.hub.authentication import Authentication, Refused, TooManyEditors, User
from fimls.hub.editor_connection import EditorConnection
from fimls.hub.editor_session import EditorSession
from fimls.hub.hub_address import is_loopback
from fimls.metrics.http_pages import HttpPages

Admit = Callable[[str | None, str | None], User]
"""Lets in whoever shows a token, or whom a proxy names; raises Refused."""


def shake_hands(
    request: Request, session: EditorSession, admit: Admit, *, proxy_user_header: str
) -> Response | str | None:
    """Look at a WebSocket's handshake: a header may let the user in before `initialize`.

    Returns why the user is refused, or what is answered for now, or None.
    """
    scheme, _, token = " ".join(request.headers.get_all("Authorization")).partition(" ")
    named = request.headers.get_all(proxy_user_header) if proxy_user_header else []
    if not token and not named:
        return None  # the token may come with initialize
    try:
        if scheme and scheme.lower() != "bearer":
            raise Refused("This hub needs a token: send it as `Authorization: Bearer TOKEN`.")
        # A proxy that adds its header leaves what the client sent before it.
        session.user = admit(token or None, named[-1] if named else None)
    except TooManyEditors as error:
        status = HTTPStatus.SERVICE_UNAVAILABLE
        return Response(status, status.phrase, Headers(), f"{error}\n".encode())
    except Refused as error:
        return str(error)
    return None


def page(
    request: Request, connection: EditorConnection, door: Authentication, pages: HttpPages
) -> Response:
    """Answer a plain request: who may see who works here is who may work here too."""

    def admits(token: str) -> bool:
        if not token and not is_loopback(_host(request)):
            return False  # a name that leads here by its owner's will: some web page asks
        try:
            door.admit(connection.peer, connection.address, token=token or None)
        except Refused:
            return False
        return True

    shown = request.headers.get_all("Authorization")
    answer = pages.answer(request.path, shown[0] if shown else None, admits)
    headers = Headers(answer.headers())
    return Response(answer.status, answer.status.phrase, headers, answer.body)


def _host(request: Request) -> str:
    """Return the name by which a page was asked for, without its port."""
    try:
        return urlsplit(f"//{request.headers.get_all('Host')[0]}").hostname or ""
    except (IndexError, ValueError):
        return ""
