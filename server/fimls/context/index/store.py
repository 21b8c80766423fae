"""The index of one repository on disk: SQLite with its full-text search.

SQLite needs no further package, and any number of processes may read and write it at once.

Invariant: what is written is written in transactions: a process that is killed leaves the index as
it was, and no lock. No text is kept: a file's windows are line numbers and terms.
"""

from __future__ import annotations

import contextlib
import math
import sqlite3
from collections import Counter
from collections.abc import Collection, Generator, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from fimls.context.index.entry import Entry
from fimls.context.index.window_search import Found, search_windows

SCHEMA = 2
"""An index of another number is made anew."""

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE files (id INTEGER PRIMARY KEY, path TEXT UNIQUE, stamp TEXT, language TEXT);
CREATE TABLE windows (id INTEGER PRIMARY KEY AUTOINCREMENT, file INTEGER, first INTEGER,
                      end INTEGER);
CREATE INDEX windows_file ON windows (file);
CREATE VIRTUAL TABLE found USING fts5 (terms, content='', detail=none, columnsize=0,
                                       tokenize="unicode61 remove_diacritics 0 tokenchars '_.'");
CREATE TABLE counts (term TEXT PRIMARY KEY, windows INTEGER) WITHOUT ROWID;
CREATE TABLE tags (name TEXT, owner TEXT, file INTEGER, first INTEGER, end INTEGER);
CREATE INDEX tags_name ON tags (name);
CREATE INDEX tags_owner ON tags (owner);
CREATE INDEX tags_file ON tags (file);
"""


class Definition(NamedTuple):
    """A definition: its file's path, name, owner and lines."""

    path: str
    name: str
    owner: str
    first: int
    end: int


class Store:
    """One connection to an index; for one thread at a time."""

    def __init__(self, file: Path) -> None:
        """Open an index, or make an empty one; one that cannot be read is made anew."""
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = file
        try:
            self._db = _opened(file)
        except sqlite3.OperationalError:  # busy, or a full disk: it is as good as it was
            raise
        except sqlite3.DatabaseError:
            _delete(file)
            self._db = _opened(file)
        self._identity = _identity(file)

    @property
    def dropped(self) -> bool:
        """Whether somebody deleted its file: then it is to be opened anew."""
        return _identity(self._file) != self._identity

    def stamps(self) -> dict[str, str]:
        """Return the files that are in it, each with what told its version."""
        return dict(self._db.execute("SELECT path, stamp FROM files"))

    def stamp(self, path: str) -> str | None:
        """Return what told the version of a file that is in it, or None."""
        row = self._db.execute("SELECT stamp FROM files WHERE path = ?", (path,)).fetchone()
        return row[0] if row else None

    def about(self, name: str) -> str | None:
        """Return what was said of the whole index under a name."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def say(self, name: str, value: str) -> None:
        """Say something of the whole index."""
        with self._writing():
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def put(self, entries: Iterable[tuple[str, str, Entry | None]]) -> None:
        """Take files in, each with its path and what tells its version; None takes one out.

        A file that is there in that version stays as it is: another process was faster.
        """
        with self._writing():
            counts = Counter[str]()
            for path, stamp, made in entries:
                if made is None or self.stamp(path) != stamp:
                    self._remove(path)
                    if made is not None:
                        self._add(path, stamp, made, counts)
            self._db.executemany(
                "INSERT INTO counts VALUES (?, ?) ON CONFLICT (term) DO UPDATE SET"
                " windows = windows + excluded.windows",
                counts.items(),
            )

    def clear(self) -> None:
        """Take everything out."""
        with self._writing():
            for table in ("meta", "files", "windows", "counts", "tags"):
                self._db.execute(f"DELETE FROM {table}")
            self._db.execute("INSERT INTO found (found) VALUES ('delete-all')")

    @contextlib.contextmanager
    def beside(self) -> Generator[Store]:
        """Open the index that is to take this one's place, as far as it was made before."""
        file = Path(f"{self._file}-new")
        store = Store(file)
        try:
            yield store
        finally:
            store.close()
        _delete(file)

    def become(self, other: Store) -> None:
        """Have all that another index has, and nothing else, in one transaction."""
        other._db.backup(self._db)

    @property
    def files(self) -> int:
        """How many files are in it."""
        return self._db.execute("SELECT count(*) FROM files").fetchone()[0]

    @property
    def worn(self) -> bool:
        """Whether most of what is searched belongs to files as they were before."""
        live = self._db.execute("SELECT count(*) FROM windows").fetchone()[0]
        return self._ever > 1_000 and self._ever > 3 * live

    def weights(self, terms: Collection[str]) -> dict[str, float]:
        """Return what each term weighs that any window has: the rarer, the more."""
        marks, ever = ",".join("?" * len(terms)), self._ever
        rows = self._db.execute(
            f"SELECT term, windows FROM counts WHERE term IN ({marks})", tuple(terms)
        )
        return {term: math.log(1 + (ever - many + 0.5) / (many + 0.5)) for term, many in rows}

    def search(
        self, weights: Mapping[str, float], *, needed: str, most: int, until: float
    ) -> list[Found]:
        """Return the windows that have a term; see `search_windows`."""
        return search_windows(self._db, weights, needed=needed, most=most, until=until)

    def definitions(self, name: str, *, most: int) -> list[Definition]:
        """Return the definitions of a name, up to so many."""
        return self._tags("tags.name = ?", name, most)

    def members(self, owner: str, *, most: int) -> list[Definition]:
        """Return the members of all types of a name, up to so many."""
        return self._tags("tags.owner = ?", owner, most)

    def in_file(self, path: str, *, most: int) -> list[Definition]:
        """Return what a file defines that is no member, up to so many."""
        return self._tags("tags.owner = '' AND files.path = ?", path, most)

    def paths(self, pattern: str, *, most: int) -> list[str]:
        """Return the paths that are like a pattern of SQL's GLOB, up to so many."""
        rows = self._db.execute("SELECT path FROM files WHERE path GLOB ? LIMIT ?", (pattern, most))
        return [row[0] for row in rows]

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    @property
    def _ever(self) -> int:
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'windows'").fetchone()
        return row[0] if row else 0

    def _tags(self, where: str, value: str, most: int) -> list[Definition]:
        rows = self._db.execute(
            "SELECT path, name, owner, first, end FROM tags JOIN files ON files.id = file"
            f" WHERE {where} ORDER BY files.path, first LIMIT ?",
            (value, most),
        )
        return [Definition(*row) for row in rows]

    def _remove(self, path: str) -> None:
        row = self._db.execute("SELECT id FROM files WHERE path = ?", (path,)).fetchone()
        if row is not None:
            for table, column in (("windows", "file"), ("tags", "file"), ("files", "id")):
                self._db.execute(f"DELETE FROM {table} WHERE {column} = ?", row)

    def _add(self, path: str, stamp: str, made: Entry, counts: Counter[str]) -> None:
        file = self._db.execute(
            "INSERT INTO files (path, stamp, language) VALUES (?, ?, ?)",
            (path, stamp, made.language_id),
        ).lastrowid
        for lines, terms in made.windows:
            window = self._db.execute(
                "INSERT INTO windows (file, first, end) VALUES (?, ?, ?)",
                (file, lines.first, lines.end),
            ).lastrowid
            self._db.execute(
                "INSERT INTO found (rowid, terms) VALUES (?, ?)", (window, " ".join(terms))
            )
            counts.update(terms)
        self._db.executemany(
            "INSERT INTO tags VALUES (?, ?, ?, ?, ?)",
            [(tag.name, tag.owner, file, tag.first, tag.end) for tag in made.tags],
        )

    @contextlib.contextmanager
    def _writing(self):
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _delete(file: Path) -> None:
    """Delete an index's files."""
    for each in ("", "-wal", "-shm"):
        Path(f"{file}{each}").unlink(missing_ok=True)


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _opened(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file, timeout=10.0, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA cache_size = -8192")
        if db.execute("PRAGMA user_version").fetchone()[0] != SCHEMA:
            db.execute("BEGIN IMMEDIATE")
            if db.execute("PRAGMA user_version").fetchone()[0] == 0:
                for statement in _TABLES.split(";"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {SCHEMA}")
            elif db.execute("PRAGMA user_version").fetchone()[0] != SCHEMA:
                raise sqlite3.DatabaseError("It is of another version.")
            db.execute("COMMIT")
    except BaseException:
        db.close()
        raise
    return db
