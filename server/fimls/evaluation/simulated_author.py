"""An author who types what was written, and takes of the suggestions what is right."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from fimls.evaluation.stretches import Stretch
from fimls.text import Document, Text

WORTH = 2
"""Characters that taking a part of a suggestion must save over typing them."""

_WORD = re.compile(r"\s*(?:\w+|[^\w\s]+)")
_INDENTATION = re.compile(r"\n[ \t]*")


@dataclass(slots=True, kw_only=True)
class Tally:
    """What writing a stretch took.

    Attributes:
        characters: that were written, indentation left out.
        keys: that were pressed for them, those that take a suggestion too.
        wrong: suggestions that were read in vain; what goes on as before is not read again.
        waited: keys for which the engine was asked.
        read: tokens that the engine newly read for keys.
        ahead: tokens that it newly read before a key needed them.
    """

    characters: int = 0
    keys: int = 0
    wrong: int = 0
    waited: int = 0
    read: int = 0
    ahead: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is suggested at a key, and what it cost.

    Attributes:
        text: what would be inserted at the cursor, or empty.
        waited: whether the engine was asked.
        read: tokens that it newly read for that.
        ahead: tokens that it newly read for later keys.
    """

    text: str
    waited: bool = False
    read: int = 0
    ahead: int = 0


class Assistant(Protocol):
    """What suggests."""

    async def suggest(self, document: Document, stretch: Stretch) -> Answer:
        """Return what is suggested behind what is written of a stretch."""
        ...


async def write(stretch: Stretch, assistant: Assistant) -> Tally:
    """Write a stretch with an assistant, and return what it took."""
    tally, at, shown = Tally(), 0, ""
    above, below = "".join(stretch.written.above), "\n" + "".join(stretch.written.below)
    version = 0
    while at < len(stretch.text):
        version += 1
        document = Document(
            uri=f"file:///{stretch.written.path}",
            language_id=stretch.written.language_id,
            version=version,
            text=Text.parse(above + stretch.truth[:at] + below),
        )
        answer = await assistant.suggest(document, stretch)
        tally.waited += answer.waited
        tally.read += answer.read
        tally.ahead += answer.ahead
        rest = stretch.truth[at:]
        taken, keys = taken_of(answer.text, rest)
        if not taken:
            if answer.text and answer.text != shown and not is_right(answer.text, rest):
                tally.wrong += 1
            taken, keys = key(rest), 1
        # What goes on as it did is not read again.
        begins = answer.text.startswith(taken)
        shown = answer.text[len(taken) :] if begins else ""
        tally.keys += keys
        tally.characters += len(_INDENTATION.sub("\n", taken))
        at += len(taken)
    return tally


def cursor(stretch: Stretch, document: Document) -> tuple[int, int]:
    """Return line and column behind what is written: `document` is one that `write` made."""
    below = "\n" + "".join(stretch.written.below)
    lines = str(document.text).removesuffix(below).split("\n")
    return len(lines) - 1, len(lines[-1])


def is_right(text: str, rest: str) -> bool:
    """Whether a text is what comes next, and does not end inside of a word."""
    behind = rest[len(text) : len(text) + 1]
    return rest.startswith(text) and not (_in_word(text[-1:]) and _in_word(behind))


def _in_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def key(rest: str) -> str:
    """Return what the next key writes: one character, a line's end with the indentation behind."""
    match = _INDENTATION.match(rest)
    return match.group() if match else rest[0]


def taken_of(text: str, rest: str) -> tuple[str, int]:
    """Return what an author takes of a suggestion, and with how many keys.

    All of it where all is right, else the lines that are, else the words that are, one key each, if
    that is less work than typing.
    """
    if text and is_right(text, rest):
        return (text, 1) if len(text) >= 1 + WORTH else ("", 0)
    lines, keys = "", 0
    for line in text.split("\n")[:-1]:
        if not rest.startswith(f"{lines}{line}\n"):
            break
        lines, keys = f"{lines}{line}\n", keys + 1
    if lines:
        lines = lines.removesuffix("\n")
        return (lines, keys) if len(lines) >= keys + WORTH else ("", 0)
    words, keys = "", 0
    for match in _WORD.finditer(text):
        longer = words + match.group()
        if not is_right(longer, rest):
            break
        words, keys = longer, keys + 1
    return (words, keys) if len(words) >= keys + WORTH else ("", 0)
