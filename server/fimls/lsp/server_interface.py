"""What parts of the server need of the whole, so that none of them imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from lsprotocol import types

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from fimls.lsp.capabilities import ClientFeatures
    from fimls.lsp.documents import Documents


class Server(Protocol):
    """What the protocol needs of the server behind it."""

    documents: Documents
    features: ClientFeatures

    def offer(self, params: types.InitializeParams) -> None:
        """Take the client's first message."""
        ...

    def warn(self, message: str) -> None:
        """Show the user one short message."""
        ...


class Client(Protocol):
    """What is needed of the server of the client that shows progress."""

    features: ClientFeatures

    @property
    def work_done_progress(self) -> Any:
        """The messages of progress, as pygls sends them; its types are partial."""
        ...

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work in the background."""
        ...
