"""When the prompt gets other snippets, counted in requests that the engine sees, not in seconds.

All files are open, so that no test waits for an index.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from support.fake_sglang import FakeSGLang
from support.repository_session import Session, editing

PRICES = "def load_prices(path: str, *, currency: str = 'EUR') -> list[int]:\n    return [1]\n"

ABOUT = {word: [f"{word}_{n}" for n in range(8)] for word in ("apple", "pear")}


def uses(word: str) -> str:
    """Return lines that use a basket beside names of one kind."""
    return "".join(f"basket.{word}({name})\n" for name in ABOUT[word])


FILES = {
    "shop/prices.py": PRICES,
    "shop/apples.py": uses("apple"),
    "shop/pears.py": uses("pear"),
    "main.py": "import os\n",
}


@pytest.fixture
async def session(sglang: FakeSGLang, tmp_path: Path) -> AsyncIterator[Session]:
    async with editing(sglang.url, tmp_path, FILES, index=False) as started:
        yield started


def read_ahead(sglang: FakeSGLang) -> list[dict[str, Any]]:
    return [each for each in sglang.requests if not each["sampling_params"]["max_new_tokens"]]


async def until(session: Session, sglang: FakeSGLang, count: int) -> None:
    """Wait until the engine has read ahead so often, and the server knows."""
    async with asyncio.timeout(30):
        while len(read_ahead(sglang)) < count:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.1)
        await session.server.ask("fimls/statistics")


async def shown(session: Session, text: str) -> str:
    prompt = await session.server.ask("fimls/prompt", session.place("main.py", text))
    return prompt["text"]


async def test_while_the_word_is_typed_its_snippets_are_read_so_the_first_request_behind_has_them(
    session: Session, sglang: FakeSGLang
) -> None:
    for end in ("load", "load_pri", "load_prices"):
        await session.complete("main.py", f"import os\n{end}")
    await until(session, sglang, 1)
    [ahead] = read_ahead(sglang)
    others = [each for each in sglang.requests if each is not ahead]
    assert all(ahead["priority"] < each.get("priority", 0) for each in others)

    before = len(sglang.requests)
    await session.complete("main.py", "import os\nload_prices(")
    asked = sglang.requests[before]
    assert asked["sampling_params"]["max_new_tokens"]
    held = ahead["input_ids"][:-2]  # but for the word itself, which is cut back
    assert asked["input_ids"][: len(held)] == held
    assert "# def load_prices(path: str" in await shown(session, "import os\nload_prices(")
    assert len(read_ahead(sglang)) == 1


async def test_a_word_that_other_files_do_not_know_costs_nothing(
    session: Session, sglang: FakeSGLang
) -> None:
    for end in ("loa", "unheard", "unheard_of", "value", "import"):
        await session.complete("main.py", f"import os\n{end}")
        await asyncio.sleep(0.3)
    assert read_ahead(sglang) == []


async def test_on_a_new_line_the_prompt_changes_only_where_something_else_is_best(
    session: Session, sglang: FakeSGLang
) -> None:
    text = "import os\n" + "".join(f"use({name})\n" for name in ABOUT["apple"]) + "basket."
    await session.complete("main.py", text)
    await until(session, sglang, 1)
    assert "apples.py" in await shown(session, text)

    text += "apple(1)\n"
    for _ in range(2):
        await session.complete("main.py", text)
        await asyncio.sleep(0.5)
    assert len(read_ahead(sglang)) == 1
    assert "apples.py" in await shown(session, text)

    text += "".join(f"use({name})\n" for name in ABOUT["pear"][:7]) + "\n"
    await session.complete("main.py", text)
    await until(session, sglang, 2)
    prompt = await shown(session, text)
    assert "# apples.py" not in prompt[prompt.index("# pears.py") :]  # the best is last


async def test_in_another_definition_the_snippets_of_the_one_before_are_gone(
    session: Session, sglang: FakeSGLang
) -> None:
    text = "import os\ndef one():\n    load_prices("
    await session.complete("main.py", text)
    await until(session, sglang, 1)
    assert "# prices.py" in await shown(session, text)
    for more, there in ((")\n    other = 1\n    ", True), (")\n\ndef two():\n    ", False)):
        await session.complete("main.py", text + more)
        await asyncio.sleep(0.3)
        assert ("# prices.py" in await shown(session, text + more)) == there


async def test_an_unsaved_edit_elsewhere_is_in_the_prompt_without_another_key(
    session: Session, sglang: FakeSGLang
) -> None:
    text = "import os\nload_prices("
    await session.complete("main.py", text)
    await until(session, sglang, 1)
    session.write("shop/prices.py", PRICES.replace("path: str", "path: str, newly_added: bool"))
    await until(session, sglang, 2)  # nobody asked for anything
    before = len(sglang.requests)
    await session.complete("main.py", text + "x")
    assert "newly_added: bool" in await shown(session, text + "x")
    [asked] = sglang.requests[before:]
    held = read_ahead(sglang)[1]["input_ids"][:-2]
    assert asked["input_ids"][: len(held)] == held


async def test_what_is_read_ahead_is_for_the_place_where_one_types_by_then(
    session: Session, sglang: FakeSGLang
) -> None:
    """Else the prompt is laid out anew around a cursor that was left, and again behind it."""
    text = "import os\nload_prices("
    await session.complete("main.py", text)
    await session.complete("main.py", text + "x")
    await until(session, sglang, 1)
    before = len(sglang.requests)
    await session.complete("main.py", text + "x, y")
    held = read_ahead(sglang)[0]["input_ids"][:-3]
    assert sglang.requests[before]["input_ids"][: len(held)] == held
