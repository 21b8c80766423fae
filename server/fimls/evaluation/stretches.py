"""Stretches of code that somebody wrote, to be written again: from a repository's real history."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from fimls.evaluation.git_history import Written
from fimls.text import Document, Text

KEYSTROKES = 120
"""Of a stretch, about: it ends with the line that has the last one."""

FEWEST = 60
"""Keystrokes: what is shorter is no stretch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What is to be written, and where.

    Attributes:
        written: the lines with the file around them.
        text: what is written of them, without the last line's end.
        truth: what stands there in the end: that, and all behind it.
        changed: documents that the commit had changed by then, as they were and as they are.
    """

    written: Written
    text: str
    truth: str
    changed: tuple[tuple[Text, Document], ...]

    @property
    def name(self) -> str:
        """What stands for it in a record."""
        return f"{self.written.commit[:12]} {self.written.path}:{len(self.written.above)}"


def keystrokes(text: str) -> int:
    """Return how many keys write a text: an editor indents a line by itself."""
    lines = text.split("\n")
    return sum(len(line.strip()) for line in lines) + len(lines) - 1


def stretch(
    written: Sequence[Written], languages: frozenset[str], choose: random.Random
) -> Stretch | None:
    """Return one stretch of what a commit wrote, chosen at random, or None where it is too short.

    The files before its own, in the order of their paths, are as the commit left them.
    """
    able = [
        number
        for number, each in enumerate(written)
        if each.language_id in languages and keystrokes("".join(each.added).strip("\n")) >= FEWEST
    ]
    if not able:
        return None
    here = written[choose.choice(able)]
    lines, many = list[str](), 0
    for line in here.added:
        if many >= KEYSTROKES:
            break
        lines.append(line)
        many += len(line.strip()) + 1
    text = "".join(lines).rstrip("\n")
    changed = dict[str, tuple[Text, Document]]()
    for each in written:
        if each.path >= here.path:
            break
        # The last of a file's hunks has all of the others above it.
        before = Text.parse("".join(each.before))
        after = "".join((*each.above, *each.added, *each.below))
        document = Document(
            uri=f"file:///{each.path}",
            language_id=each.language_id,
            version=1,
            text=Text.parse(after),
        )
        changed[each.path] = before, document
    return Stretch(
        written=here,
        text=text,
        truth="".join((*here.added, *here.below)),
        changed=tuple(changed.values()),
    )
