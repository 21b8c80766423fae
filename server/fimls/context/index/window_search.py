"""Which windows of an index share most with a cursor's surroundings.

Ranking by BM25 has the full-text search read every place of every term that is asked for, common
ones too: of 10,000 files an OR of 30 terms took 500 ms. Here a window must have one term, the name
before the cursor, and the other terms only say in which order: each is looked for together with
that name, and what the matches weigh is added up. SQLite does so without Python's lock.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from typing import NamedTuple

MOST_PLACES = 8_000
"""Windows that the terms of one search have together, those that have several counted each time:
what a search takes grows with it. The rarest terms are looked for, as many as it has room for."""


class Found(NamedTuple):
    """A window that a search found: its file's path and version, its lines, and its language."""

    path: str
    stamp: str
    first: int
    end: int
    language_id: str


def search_windows(
    db: sqlite3.Connection, weights: Mapping[str, float], *, needed: str, most: int, until: float
) -> list[Found]:
    """Return the windows that have a term, those first whose other terms weigh most.

    Args:
        db: the index.
        weights: what each term weighs, `needed` among them.
        needed: the term that a window must have.
        most: windows that are returned.
        until: when it gives up, by `time.monotonic`: it then returns nothing.
    """
    queries, values = list[str](), list[float | str]()
    for term in _rarest(db, weights):
        both = f'"{term}"' if term == needed else f'"{needed}" AND "{term}"'
        queries.append("SELECT rowid AS id, ? AS weight FROM found(?)")
        values += (weights[term], both)
    if not queries:
        return []
    # The limit inside keeps the order inside; windows of files as they were before fall out, and
    # where there are enough others the rest is not looked at.
    ranked = (
        "SELECT path, stamp, first, end, language FROM ("
        f"SELECT id, sum(weight) AS score FROM ({' UNION ALL '.join(queries)})"
        " GROUP BY id ORDER BY score DESC, id DESC LIMIT ?) AS ranked"
        " CROSS JOIN windows ON windows.id = ranked.id CROSS JOIN files ON files.id = windows.file"
        " LIMIT ?"
    )
    db.set_progress_handler(lambda: time.monotonic() > until, 2_000)
    try:
        return [Found(*row) for row in db.execute(ranked, (*values, MOST_PLACES, most))]
    except sqlite3.OperationalError:  # too late, or another process holds it
        return []
    finally:
        db.set_progress_handler(None, 0)


def _rarest(db: sqlite3.Connection, terms: Mapping[str, float]) -> list[str]:
    marks = ",".join("?" * len(terms))
    rows = db.execute(
        f"SELECT term, windows FROM counts WHERE term IN ({marks}) ORDER BY windows", tuple(terms)
    )
    chosen, places = list[str](), 0
    for term, many in rows:
        places += many
        if places > MOST_PLACES:
            break
        chosen.append(term)
    return chosen
