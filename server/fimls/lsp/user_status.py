"""What the user is told when completions fail: one sentence for a cause, not one for every key.

The notification ``$/fimls/status`` keeps status bars up to date in clients that declare
``{"experimental": {"fimls": {"status": true}}}``. It goes out whenever one of its parameters
changes: ``state`` (`State`), and while completions fail, there is no room for them or starting
takes long ``cause``, the name of the error, and ``message``, a sentence for the user. While all is
well but nothing is proposed where the user is, because the settings exclude it or the line is too
long, ``cause`` is ``NotWanted`` and the message says why. ``engine`` says where text goes: which
engine answers, who runs it (local, team or hosted), and what a hosted one has counted. What there
is nothing to say of is not there.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from fimls.errors import BackendBusy

if TYPE_CHECKING:
    from collections.abc import Callable

    from fimls.errors import FimlsError

logger = logging.getLogger(__name__)

STATUS_NOTIFICATION = "$/fimls/status"

State: TypeAlias = Literal["starting", "ready", "busy", "failing"]
"""Getting to know the engine, answering, unable to for want of room, or unable to."""

PERIOD_S = 3_600.0
"""How long a shown cause is not shown again, in seconds."""


class UserStatus:
    """Remembers which causes were shown, and whether completions fail now."""

    def __init__(
        self,
        show: Callable[[str], None],
        *,
        clock: Callable[[], float],
        tell: Callable[[Mapping[str, str | None]], None] = lambda _: None,
        see: Callable[[FimlsError | None], None] = lambda _: None,
        goes_to: Callable[[], str] = lambda: "",
    ) -> None:
        """Nothing is known yet.

        Args:
            show: puts a sentence before the user.
            clock: gives seconds.
            tell: takes the notification's parameters.
            see: takes what is wrong now, or None when completions work.
            goes_to: says where text goes, or nothing while nobody knows.
        """
        self._show = show
        self._tell = tell
        self._see = see
        self._goes_to = goes_to
        self._told: Mapping[str, str | None] = {}
        self._clock = clock
        self._shown_at: dict[type[FimlsError], float] = {}
        self._cause: type[FimlsError] | None = None
        self._unwanted: str | None = None

    def problem(self, error: FimlsError) -> bool:
        """Take note that a completion failed; its kind of error is the cause.

        Returns whether the cause is new: while one lasts, every key repeats it.
        """
        cause, now = type(error), self._clock()
        new = cause is not self._cause
        logger.log(logging.WARNING if new else logging.DEBUG, "%s", error)
        self._cause = cause
        self._is("busy" if isinstance(error, BackendBusy) else "failing", error)
        if now - self._shown_at.get(cause, -PERIOD_S) >= PERIOD_S:
            self._shown_at[cause] = now
            self._show(f"fimls: {error}")
        return new

    def forget(self) -> None:
        """Show every cause again: the settings changed, so it may be another problem now."""
        self._shown_at.clear()
        self._cause = None

    def fine(self) -> None:
        """Take note that a completion did not fail."""
        if self._cause is not None:
            logger.info("Completions work again.")
            self._cause = None
        self._is("ready")

    def at(self, unwanted: str | None) -> None:
        """Take note why nothing is proposed where the user is; None where something may be."""
        self._unwanted = unwanted
        if self._told.get("state") == "ready":
            self._is("ready")

    def starting(self, waits: FimlsError | None = None) -> None:
        """Take note that the engine is being got to know, and what takes so long."""
        self._is("starting", waits)

    def not_started(self, error: FimlsError) -> None:
        """Take note that the engine cannot be got to know now; that is not put before the user."""
        self._is("failing", error)

    def _is(self, state: State, error: FimlsError | None = None) -> None:
        cause, message = (type(error).__name__, str(error)) if error else (None, None)
        if state == "ready" and self._unwanted is not None:
            cause, message = "NotWanted", self._unwanted
        params = {"state": state, "cause": cause, "message": message}
        if state != "failing" and (engine := self._goes_to()):
            params["engine"] = engine
        if params != self._told:
            self._told = params
            self._tell(params)
        if state != "starting":
            self._see(error)
