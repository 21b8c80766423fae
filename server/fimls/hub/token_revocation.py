"""Looks after who is in while a hub runs: whom it would not let in any more does not stay."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable

from fimls.hub.current_problems import CurrentProblems
from fimls.hub.editor_connection import EditorConnection
from fimls.hub.hub_files import HubFiles
from fimls.logs.rate_limit import EACH

_LOOK_EVERY_S = 2.0

_REVOKED = (
    "the token was revoked or has expired",
    "Your token was revoked or has expired: ask for a new one.",
)
_WANTED = ("a token is needed now", "This hub needs a token now: ask for one.")

logger = logging.getLogger(__name__)


class TokenRevocation:
    """Ends the connections of users whom tokens and settings no longer let in."""

    def __init__(
        self,
        files: HubFiles,
        connections: Callable[[], Iterable[EditorConnection]],
        troubles: CurrentProblems,
    ) -> None:
        """Nothing is looked at yet.

        Args:
            files: what is looked at.
            connections: returns those that there are.
            troubles: is told what is wrong with the tokens, and with the certificate.
        """
        self._files = files
        self._connections = connections
        self._troubles = troubles
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look, every two seconds."""
        self._task = asyncio.create_task(self._look_again_and_again())

    def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()

    def look(self) -> None:
        """Look now."""
        self._troubles.note("tokens", self._files.token_trouble())
        self._troubles.note("certificate", self._files.certificate_trouble())
        for connection in [*self._connections()]:
            user = connection.session.user
            if user is not None and not self._files.door.still_in(user):
                why, says = _REVOKED if user.token is not None else _WANTED
                logger.info("%s leaves: %s.", user.name, why, extra=EACH)
                connection.session.say(says)
                connection.close()

    async def _look_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            try:
                self.look()
            except Exception as error:  # who is revoked later must not stay because of it
                logger.error(
                    "Tokens could not be checked (%s): please report it.", type(error).__name__
                )
