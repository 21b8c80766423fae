"""The status page: users, latencies, cache, engines; one HTML file that needs no other."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Protocol

from fimls import __version__
from fimls.metrics.user_meter import RETAINED_AFTER_S, UserMeter

REFRESH_S = 5
"""How often the page loads itself again."""


class EngineState(Protocol):
    """What is known of an engine; see `fimls.backend.router_workers`."""

    @property
    def url(self) -> str:
        """Its address."""
        ...

    @property
    def up(self) -> bool:
        """Whether it answered when it was looked at last."""
        ...

    @property
    def running(self) -> int | None:
        """Requests that it has, or None where it does not say."""
        ...


def status_page(
    title: str,
    users: Iterable[UserMeter],
    engines: Sequence[EngineState],
    troubles: Sequence[str] = (),
    *,
    since: datetime,
) -> str:
    """Return the page; the users with the most requests come first.

    `since` is when counting began, in UTC.
    """
    ordered = sorted(users, key=lambda user: (-user.editors, -user.requests))
    return _PAGE.format(
        title=escape(title),
        refresh=REFRESH_S,
        troubles="".join(f"<p><strong>{escape(each)}</strong></p>\n" for each in troubles),
        users=_table(_USERS, map(_user, ordered)),
        engines=_table(_ENGINES, map(_engine, engines)),
        meaning=escape(_MEANING),
        version=__version__,
        since=f"{since:%Y-%m-%d %H:%M} UTC",
    )


def status(
    users: Iterable[UserMeter],
    engines: Sequence[EngineState],
    troubles: Sequence[str] = (),
    *,
    since: datetime,
) -> Mapping[str, object]:
    """Return the same as JSON."""
    return {
        "version": __version__,
        "since": since.isoformat(timespec="seconds"),
        "troubles": [*troubles],
        "users": [dict(zip(_USERS, _user(user), strict=True)) for user in users],
        "engines": [dict(zip(_ENGINES, _engine(engine), strict=True)) for engine in engines],
    }


_USERS = (
    "user",
    "editors",
    "requests",
    "typed on",
    "with suggestions",
    "accepted",
    "still there",
    "without the engine",
    "answer p50",
    "answer p95",
    "prompt from cache",
    "evicted",
    "tokens read",
    "tokens generated",
)
_MEANING = """Typed on: the next keystroke came before the answer, and took the request back. With
suggestions: of the other requests. Accepted: characters; still there: two minutes later. Evicted:
tokens that the engine had read before, and lost. Tokens read: of prompts, without those from the
cache."""
_ENGINES = ("engine", "answers", "running")


def _user(user: UserMeter) -> tuple[str, ...]:
    recent = sorted(user.recent_s)
    return (
        user.name,
        str(user.editors),
        str(user.requests),
        _share(user.requests - user.awaited, user.requests),
        _share(user.shown, user.awaited),
        str(user.characters[0]),
        str(user.characters[RETAINED_AFTER_S]),
        _share(user.without_engine, user.shown),
        _ms(recent, 0.5),
        _ms(recent, 0.95),
        _share(user.cached_tokens, user.prompt_tokens),
        _share(user.evicted_tokens, user.prompt_tokens),
        f"{user.prompt_tokens - user.cached_tokens:,}",
        f"{user.generated_tokens:,}",
    )


def _engine(engine: EngineState) -> tuple[str, ...]:
    running = "-" if engine.running is None else str(engine.running)
    return (engine.url, "yes" if engine.up else "NO", running)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def _ms(ordered: Sequence[float], share: float) -> str:
    if not ordered:
        return "-"
    return f"{ordered[max(math.ceil(share * len(ordered)), 1) - 1] * 1e3:.0f} ms"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(each)}</th>" for each in headings)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(each)}</td>" for each in row) + "</tr>\n" for row in rows
    )
    return f"<div><table>\n<tr>{head}</tr>\n{body}</table></div>"


_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="{refresh}">
<title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color-scheme: light dark }}
div {{ overflow-x: auto; margin: 0 0 2rem }}
table {{ border-collapse: collapse }}
p {{ max-width: 40rem }}
th, td {{ padding: .2rem .8rem; text-align: right; border-bottom: 1px solid #8886 }}
th:first-child, td:first-child {{ text-align: left }}
</style>
<h1>{title}</h1>
{troubles}{users}
{engines}
<p>{meaning}</p>
<p>fimls {version}, counted since {since}</p>
</html>
"""
