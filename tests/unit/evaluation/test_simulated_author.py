"""An author types what was written, and takes what is right of the suggestions."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from fimls.evaluation.git_history import Written
from fimls.evaluation.simulated_author import Answer, cursor, taken_of, write
from fimls.evaluation.stretches import Stretch, keystrokes, stretch
from fimls.text import Document

ADDED = (
    "def load_prices(path):\n",
    "    with open(path) as file:\n",
    "        return parse_prices(file.read())\n",
    "\n",
    "def write_prices(path, prices):\n",
    "    path.write_text(format_prices(prices))\n",
)


def made(added: tuple[str, ...] = ADDED) -> Stretch:
    written = Written(
        commit="c" * 40,
        path="prices.py",
        language_id="python",
        above=("import os\n",),
        added=added,
        below=("last = 1\n",),
        before=("import os\n", "last = 1\n"),
    )
    found = stretch([written], frozenset(("python",)), random.Random(1))
    assert found is not None
    return found


class Scripted:
    def __init__(self, suggest: Callable[[str], str]) -> None:
        self._suggest = suggest
        self.seen: list[str] = []

    async def suggest(self, document: Document, stretch: Stretch) -> Answer:
        line, column = cursor(stretch, document)
        text = str(document.text)
        lines = text.split("\n")
        self.seen.append(text)
        before = "\n".join([*lines[:line], lines[line][:column]])
        return Answer(text=self._suggest(before), waited=True, read=3, ahead=1)


def whole() -> str:
    return "import os\n" + "".join(ADDED)


async def test_without_suggestions_every_character_is_a_key() -> None:
    found = made()
    assistant = Scripted(lambda before: "")
    tally = await write(found, assistant)
    assert tally.keys == tally.characters == keystrokes(found.text)
    assert (tally.wrong, tally.waited) == (0, tally.keys)
    assert (tally.read, tally.ahead) == (3 * tally.keys, tally.keys)
    assert all(each.startswith("import os\n") for each in assistant.seen)
    assert all(each.endswith("\nlast = 1\n") for each in assistant.seen)


async def test_an_assistant_that_knows_each_line_spares_nearly_all_of_it() -> None:
    def rest_of_line(before: str) -> str:
        return whole()[len(before) :].split("\n")[0]

    tally = await write(made(), Scripted(rest_of_line))
    assert tally.wrong == 0
    assert tally.keys < 0.15 * tally.characters


async def test_a_wrong_suggestion_is_read_once_while_it_stays() -> None:
    def stays(before: str) -> str:
        return "zzzz" if before.rstrip(" ").endswith("\n") else ""

    found = made()
    tally = await write(found, Scripted(stays))
    assert tally.wrong == found.text.count("\n") + 1
    assert tally.keys == tally.characters


@pytest.mark.parametrize(
    ("text", "rest", "taken", "keys"),
    [
        ("prices(path)", "prices(path):\n", "prices(path)", 1),
        ("prices(path)", "prices(file):\n", "prices(", 2),
        ("price", "prices\n", "", 0),  # half a word is not taken
        ("a = 1\nb = 2\nc", "a = 1\nb = 3\n", "a = 1", 1),
        ("x", "x\n", "", 0),  # not worth a key
        ("wrong", "right", "", 0),
        ("", "right", "", 0),
    ],
)
def test_what_is_taken_of_a_suggestion(text: str, rest: str, taken: str, keys: int) -> None:
    assert taken_of(text, rest) == (taken, keys)


def test_what_is_too_short_is_no_stretch_and_a_long_one_ends_with_its_line() -> None:
    short = Written(
        commit="c", path="a.py", language_id="python", above=(), added=("a = 1\n",), below=(),
        before=(),
    )  # fmt: skip
    assert stretch([short], frozenset(("python",)), random.Random(1)) is None
    long = made(ADDED * 5)
    assert 120 <= keystrokes(long.text) < 200
    assert long.truth.startswith(long.text)
    assert long.truth.endswith("last = 1\n")
