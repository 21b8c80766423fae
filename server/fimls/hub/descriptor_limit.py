"""How many connections the process may have: descriptors that the system gives, and their use."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from fimls.settings import HubSettings

MOST_OUTSIDE = 1_024
"""Connections that are not let in yet: where 1,000 come in a second, each may stay for one."""

_OTHERS = 64
"""Descriptors for files, libraries, listening sockets and questions about the engine."""

_LEAST = 16

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DescriptorLimit:
    """What there is room for.

    Attributes:
        inside: connections that are let in.
        outside: those that are not yet.
    """

    inside: int
    outside: int


def share_out(settings: HubSettings) -> DescriptorLimit:
    """Have the system give as many descriptors as the settings need, as far as it does.

    Where it gives fewer, there is room for fewer editors, and the log says so: what the engine is
    asked through must not fail because somebody connects.
    """
    given = _given(settings.connections + MOST_OUTSIDE + settings.in_flight + _OTHERS)
    room = max(2 * _LEAST, given - _OTHERS - min(settings.in_flight, given // 4))
    outside = min(MOST_OUTSIDE, max(_LEAST, room // 4, room - settings.connections))
    inside = min(settings.connections, max(_LEAST, room - outside))
    if inside < settings.connections:
        logger.warning(
            "This process may open %d files, which is room for %d editors in place of %d: raise its"
            " limit (ulimit -n, LimitNOFILE), or lower hub.connections.",
            given,
            inside,
            settings.connections,
        )
    return DescriptorLimit(inside=inside, outside=outside)


def _given(wanted: int) -> int:
    """Raise the limit of open files to what is wanted, if it may be; returns what it is."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted if soft == resource.RLIM_INFINITY else soft
    most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    except (OSError, ValueError):
        return soft
    return most
