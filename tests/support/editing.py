"""A long document and somebody who edits it at random: types, deletes, and moves on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from fimls.completion import Query
from fimls.text import Document, Point, Text

SOURCE = Path(__file__).parents[2] / "server/fimls"

_TYPED = [*"abcxyz_ 019().,:'\"#\t", "\n", "\n    ", "\r\n", "return ", "é", "漢字", "\U0001f600"]


def long_text(lines: int) -> Text:
    """Return real source of so many lines: our own modules, again and again."""
    modules = [path.read_text("utf-8") for path in sorted(SOURCE.rglob("*.py"))]
    text: list[str] = []
    while len(text) < lines:
        text += Text.parse("".join(modules)).lines[:-1]
    return Text((*text[:lines], ""))


def random_edits(text: Text, edits: int, seed: int) -> Iterator[Query]:
    """Yield the query after each edit; one in eight is made elsewhere in the document."""
    choose = random.Random(seed)
    cursor = Point(len(text.lines) // 2, 0)
    for version in range(edits):
        if choose.random() < 1 / 8:
            line = choose.randrange(len(text.lines))
            cursor = text.clamp(Point(line, choose.randrange(80)))
        start = cursor
        if choose.random() < 1 / 6:
            start = text.clamp(Point(cursor.line, max(0, cursor.column - choose.randint(1, 6))))
        typed = "" if start < cursor else choose.choice(_TYPED)
        behind = len(text.lines) - cursor.line, len(text.lines[cursor.line]) - cursor.column
        text = text.replace(start, cursor, typed)
        line = len(text.lines) - behind[0]
        cursor = text.clamp(Point(line, len(text.lines[line]) - behind[1]))
        document = Document(uri="file:///long.py", language_id="python", version=version, text=text)
        yield Query(document=document, cursor=cursor)
