"""The metrics of one process, for Prometheus and for the status page."""

from __future__ import annotations

from prometheus_client import generate_latest

from fimls.metrics.series import Series
from fimls.metrics.user_meter import UserMeter

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Of what `PrometheusMetrics.text` returns."""

MOST_USERS = 200
"""Users that have series of their own; those who come later share one, `OTHERS`."""

OTHERS = "(others)"
"""The name under which users beyond `MOST_USERS` are counted together."""


class PrometheusMetrics(Series):
    """The series of the process, and those who are told what happens for each user.

    Attributes:
        users: name -> the user's meter, in the order in which they came.
    """

    def __init__(self, *, most_users: int = MOST_USERS) -> None:
        """Nothing has happened yet."""
        super().__init__()
        self.users: dict[str, UserMeter] = {}
        self._most_users = most_users

    def user(self, name: str) -> UserMeter:
        """Return what is told what happens for a user; the same for the same name."""
        if name not in self.users and len(self.users) >= self._most_users:
            name = OTHERS
        meter = self.users.get(name)
        if meter is None:
            meter = self.users[name] = UserMeter(name, self)
        return meter

    def text(self) -> bytes:
        """Return all series as Prometheus reads them."""
        return generate_latest(self.registry)
