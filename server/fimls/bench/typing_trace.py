r"""A typing trace: a document and what somebody did to it, key by key, as a JSON file.

The file is one object::

    {"name": "shelf", "language_id": "python", "text": "import os\n...",
     "events": [{"move": [3, 0]}, {"type": "def f():\n    re"}, {"erase": 2}, {"pause": 800},
                {"accept": "return os"}, {"remove": 12}]}

``move`` puts the cursor at a line and a column (code points), both from 0. ``type`` is keys, one a
character; a line end and the indentation behind it are one key, as editors indent by themselves.
``erase`` is so many backspaces. ``pause`` is milliseconds without a key. ``accept`` is text that
comes at once, as a suggestion that is accepted does. ``remove`` takes so many characters behind the
cursor away at once, as cutting lines does; a request follows each key and each acceptance.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from fimls.completion import Query
from fimls.errors import FimlsError
from fimls.text import Document, Point, Text

KINDS = ("move", "type", "erase", "pause", "accept", "remove")

_KEY = re.compile(r"(?:\r\n|\r|\n)[ \t]*|.", re.DOTALL)


class TraceError(FimlsError):
    """A trace cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A document and its events; see above.

    Attributes:
        name: for the report.
        language_id: LSP language identifier.
        text: the document before the first event.
        events: kind and value of each event, in order.
    """

    name: str
    language_id: str
    text: str
    events: tuple[tuple[str, Any], ...]

    @classmethod
    def load(cls, path: Path) -> Trace:
        """Read a trace file.

        Raises:
            TraceError: it is not one; the sentence names the first thing that is wrong.
        """
        try:
            data = json.loads(path.read_text("utf-8"))
            events = tuple(_event(event) for event in data["events"])
            return cls(
                name=str(data["name"]),
                language_id=str(data.get("language_id", "plaintext")),
                text=str(data["text"]),
                events=events,
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            what = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
            raise TraceError(
                f"{path} is not a typing trace ({what}): see fimls.bench.typing_trace for the"
                " format."
            ) from error

    def save(self, path: Path) -> None:
        """Write the trace as a file that `load` reads."""
        data = {
            "name": self.name,
            "language_id": self.language_id,
            "text": self.text,
            "events": [{kind: value} for kind, value in self.events],
        }
        path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", "utf-8")

    def queries(self) -> Iterator[Query]:
        """Yield what an editor would ask after each key and each acceptance."""
        for step in self.steps():
            if step.query is not None:
                yield step.query

    def steps(self) -> Iterator[Step]:
        """Yield each edit, with what an editor would ask after it."""
        text, cursor, version = Text.parse(self.text), Point(0, 0), 0
        for kind, value in self.events:
            if kind == "move":
                cursor = text.clamp(Point(*value))
                continue
            if kind == "remove":
                end = _ahead(text, cursor, value)
                before, text = text, text.replace(cursor, end, "")
                yield Step(before=before, start=cursor, end=end, inserted="")
                continue
            if kind == "pause":
                continue
            erased = kind == "erase"
            keys = [""] * value if erased else [value] if kind == "accept" else _KEY.findall(value)
            for key in keys:
                start, end = _back(text, cursor) if erased else cursor, cursor
                before, text = text, text.replace(start, end, key)
                lines = Text.parse(key).lines
                column = len(lines[-1]) + (start.column if len(lines) == 1 else 0)
                cursor = Point(start.line + len(lines) - 1, column)
                version += 1
                document = Document(
                    uri=f"file:///{self.name}",
                    language_id=self.language_id,
                    version=version,
                    text=text,
                )
                query = Query(document=document, cursor=cursor)
                yield Step(before=before, start=start, end=end, inserted=key, query=query)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One edit: `inserted` in place of what stood between `start` and `end` of the text before.

    Attributes:
        before: the text that is edited.
        start: first point that is replaced.
        end: point after the last one.
        inserted: what takes its place.
        query: what is asked after it, if anything.
    """

    before: Text
    start: Point
    end: Point
    inserted: str
    query: Query | None = None


def _event(event: dict[str, Any]) -> tuple[str, Any]:
    ((kind, value),) = event.items()
    good = {
        "move": lambda: isinstance(value, list) and len(cast("list[object]", value)) == 2,
        "type": lambda: isinstance(value, str),
        "accept": lambda: isinstance(value, str),
    }.get(kind, lambda: isinstance(value, int) and value >= 0)
    if kind not in KINDS or not good():
        raise ValueError(f"there is no event {event}")
    return kind, tuple(cast("list[int]", value)) if kind == "move" else value


def _back(text: Text, cursor: Point) -> Point:
    """One character back; a line end is one."""
    if cursor.column:
        return Point(cursor.line, cursor.column - 1)
    return (
        text.clamp(Point(cursor.line - 1, len(text.line(cursor.line - 1))))
        if cursor.line
        else cursor
    )


def _ahead(text: Text, cursor: Point, characters: int) -> Point:
    line, column = cursor
    left = characters
    while line < len(text.lines) - 1 and left >= len(text.lines[line]) - column:
        left -= len(text.lines[line]) - column
        line, column = line + 1, 0
    return text.clamp(Point(line, column + left))
