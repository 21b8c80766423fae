"""A document under another name: where it lies it may be excluded, whatever link leads there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fimls.lsp import create_server
from fimls.prompt import PromptTokenizer
from support.clients import options
from support.fake_sglang import FakeSGLang
from support.wire import Wire, opened

SECRET = "planted_secret_value"
TEXT = f"{SECRET} = 1\nvalue = "


def file_link(work: Path, away: Path) -> Path:
    (away / ".env").write_text(TEXT, "utf-8")
    (work / "config.py").symlink_to(away / ".env")
    return work / "config.py"


def folder_link(work: Path, away: Path) -> Path:
    (away / ".ssh").mkdir()
    (away / ".ssh" / "config").write_text(TEXT, "utf-8")
    (work / "docs").symlink_to(away / ".ssh")
    return work / "docs" / "config"


def link_to_a_link(work: Path, away: Path) -> Path:
    (away / "prod.pem").write_text(TEXT, "utf-8")
    (away / "inner").symlink_to("prod.pem")
    (work / "notes.txt").symlink_to(Path("..") / away.name / "inner")
    return work / "notes.txt"


def link_in_the_middle(work: Path, away: Path) -> Path:
    (away / "private").mkdir()
    (away / "private" / "main.py").write_text(TEXT, "utf-8")
    (away / "public").mkdir()
    (work / "lib").symlink_to(away / "private")
    return work / "lib" / "main.py"


LINKS: dict[str, tuple[Callable[[Path, Path], Path], dict[str, Any]]] = {
    "a file of secrets": (file_link, {}),
    "a folder of keys": (folder_link, {"exclude_files": [".ssh/**"]}),
    "a link to a link": (link_to_a_link, {}),
    "a folder that the user excludes": (link_in_the_middle, {"exclude_files": ["private/**"]}),
}


@pytest.mark.parametrize("kind", LINKS)
async def test_nothing_is_sent_of_a_link_to_what_is_excluded(
    sglang: FakeSGLang, tmp_path: Path, tokenizer_folder: Path, kind: str
):
    work, away = tmp_path / "work", tmp_path / "away"
    work.mkdir()
    away.mkdir()
    make, completion = LINKS[kind]
    uri = make(work, away).as_uri()
    async with Wire(create_server(user_file=tmp_path / "fimls.toml")) as editor:
        await editor.start(options(sglang.url, completion=completion))
        editor.send(opened(TEXT, uri=uri))
        assert await texts(editor, uri) == []
        # An edit makes no other document of it.
        editor.send(opened(TEXT + "x", uri=uri))
        assert await texts(editor, uri) == []
        # Nor is it shown to the model elsewhere.
        other = (work / "other.py").as_uri()
        editor.send(opened(TEXT.replace(SECRET, "other"), uri=other))
        assert await texts(editor, other) == ["x"]
    tokenizer = PromptTokenizer.load(str(tokenizer_folder))
    prompts = [tokenizer.decode(each["input_ids"]) for each in sglang.requests]
    assert "other" in prompts[-1]
    assert not [each for each in prompts if SECRET in each]


async def test_a_link_to_what_is_not_excluded_is_completed(sglang: FakeSGLang, tmp_path: Path):
    (tmp_path / "main.py").write_text(TEXT, "utf-8")
    (tmp_path / "link.py").symlink_to("main.py")
    (tmp_path / "loop.py").symlink_to("loop.py")
    (tmp_path / "gone.py").symlink_to("nowhere.py")
    async with Wire(create_server(user_file=tmp_path / "fimls.toml")) as editor:
        await editor.start(options(sglang.url))
        for name in ("link.py", "loop.py", "gone.py", "new.py"):
            uri = (tmp_path / name).as_uri()
            editor.send(opened(TEXT, uri=uri))
            assert await texts(editor, uri) == ["x"]


async def texts(editor: Wire, uri: str) -> list[str]:
    place = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 8}}
    request = editor.request(
        "textDocument/inlineCompletion", {**place, "context": {"triggerKind": 1}}
    )
    editor.send(request)
    answer = await editor.answer(request)
    return [item["insertText"] for item in answer["result"]["items"]]
