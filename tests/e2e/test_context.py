"""The rest of the repository in the prompt: a server with a folder, over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.fake_sglang import FakeSGLang
from support.repository_session import FILES, KEY, Session, editing
from support.wire import opened


@pytest.fixture
async def session(sglang: FakeSGLang, tmp_path: Path) -> AsyncIterator[Session]:
    async with editing(sglang.url, tmp_path) as started:
        yield started


async def test_behind_a_name_of_another_file_its_declaration_is_in_the_prompt_and_read_before(
    session: Session, sglang: FakeSGLang
) -> None:
    shown = await session.prompt("main.py", "import os\nload_prices(")

    [snippet] = shown["snippets"]
    assert (snippet["path"], snippet["reason"]) == ("shop/prices.py", "definitions")
    assert snippet["tokens"] > 10
    assert "# def load_prices(path: str, *, currency: str = 'EUR') -> list[int]:\n" in shown["text"]
    ahead = [each for each in sglang.requests if each["sampling_params"]["max_new_tokens"] == 0]
    assert len(ahead) == 1  # in the cache before a completion has it

    before = len(sglang.requests)
    await session.prompt("main.py", "import os\nload_prices(x")
    [asked] = sglang.requests[before:]
    read = ahead[0]["input_ids"]
    assert asked["input_ids"][: len(read) - 2] == read[:-2]


async def test_elsewhere_the_prompt_has_the_document_alone(session: Session) -> None:
    shown = await session.prompt("main.py", "import os\nvalue = ")
    assert shown["snippets"] == []
    assert "# shop" not in shown["text"]


async def test_a_key_an_excluded_and_an_ignored_file_never_reach_the_engine(
    session: Session, sglang: FakeSGLang
) -> None:
    for name in ("load_prices", "hidden_by_git", "hidden_by_setting", "hidden_by_name"):
        shown = await session.prompt("main.py", f"import os\n{name}(")
        assert KEY not in shown["text"]
        assert "a_planted_name" not in shown["text"]
    index = list((session.root.parent / "XDG_CACHE_HOME").rglob("*.sqlite*"))
    assert index
    data = b"".join(each.read_bytes() for each in index)
    assert b"load_prices" in data
    for word in (b"hidden_by", b"a_planted_name"):
        assert word not in data


async def test_an_unsaved_edit_of_another_document_is_there_after_a_rest(session: Session) -> None:
    session.server.send(opened(FILES["shop/prices.py"], uri=session.uri("shop/prices.py")))
    session.write("shop/prices.py", "def load_prices(path, *, newly_added): ...\n")
    shown = await session.prompt("main.py", "import os\nload_prices(")
    assert "newly_added" in shown["text"]


async def test_a_file_that_was_saved_or_changed_on_disk_is_there_as_it_is(session: Session) -> None:
    (session.root / "fresh.py").write_text("def just_made(first, second): ...\n")
    change = {"uri": session.uri("fresh.py"), "type": 1}
    session.server.send(
        {"method": "workspace/didChangeWatchedFiles", "params": {"changes": [change]}}
    )
    shown = await session.prompt("main.py", "import os\njust_made(")
    assert "def just_made(first, second)" in shown["text"]
    (session.root / "fresh.py").write_text("def just_made(third): ...\n")
    saved = {"textDocument": {"uri": session.uri("fresh.py")}}
    session.server.send({"method": "textDocument/didSave", "params": saved})
    shown = await session.prompt("main.py", "import os\n\njust_made(")
    assert "def just_made(third)" in shown["text"]


async def test_a_file_that_changes_while_the_cursor_rests_is_there_as_it_is_now(
    session: Session,
) -> None:
    """The editor tells it late: a formatter, a generator or another branch wrote the file."""
    text = "import os\nload_prices("
    assert "currency" in (await session.prompt("main.py", text))["text"]
    params = {"changes": [{"uri": session.uri("shop/prices.py"), "type": 2}]}
    place = {
        "textDocument": {"uri": session.uri("main.py")},
        "position": {"line": 1, "character": len("load_prices(")},
    }
    for now, then in (("def load_prices(later): ...\n", "later"), ("", None)):
        (session.root / "shop/prices.py").write_text(now)
        session.server.send({"method": "workspace/didChangeWatchedFiles", "params": params})
        await asyncio.sleep(1.0)
        shown = await session.server.ask("fimls/prompt", place)
        assert "currency" not in shown["text"]
        assert then in shown["text"] if then else not shown["snippets"]


async def test_the_editor_is_asked_to_watch_source_files(session: Session) -> None:
    [request] = [
        each
        for each in session.server.received
        if each.get("method") == "client/registerCapability"
    ]
    watchers = request["params"]["registrations"][0]["registerOptions"]["watchers"]
    assert any(",py," in each["globPattern"] for each in watchers)
