"""Several engines and a hosted one, as an editor sees them: who answers, who never gets text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fimls.lsp import create_server
from support.fake_sglang import FakeSGLang
from support.hosted_apis import HostedApi
from support.wire import Wire, opened

TEXT = "total = 1\nvalue = "
SECRET = "file:///secret.py"


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def engine(tokenizer_folder: Path, says: str) -> FakeSGLang:
    return FakeSGLang(script=[says], model_path=str(tokenizer_folder), context_length=100_000)


async def proposed(editor: Wire, uri: str = "file:///a.py", character: int = 8) -> list[str]:
    request = editor.completion(1, character, uri=uri)
    editor.send(request)
    answer = await editor.answer(request)
    return [item["insertText"] for item in answer["result"]["items"]]


async def editing(editor: Wire, options: dict[str, Any]) -> None:
    options = {**options, "completion": {"reuse": False}, "prompt": {"warm_up": False}}
    await editor.start(options)
    for uri in ("file:///a.py", SECRET):
        editor.send(opened(TEXT, uri=uri))


async def test_the_next_engine_answers_the_request_in_which_the_first_is_gone(
    tokenizer_folder: Path, tmp_path: Path
) -> None:
    with HostedApi("deepseek") as hosted, engine(tokenizer_folder, " 2") as second:
        async with Wire(create_server(user_file=tmp_path / "fimls.toml")) as editor:
            with engine(tokenizer_folder, " 1") as first:
                engines = [
                    {"name": "first", "url": first.url},
                    {"name": "hosted", "kind": "deepseek", "url": hosted.url},
                    {"name": "second", "url": second.url},
                ]
                await editing(editor, {"engines": engines, "privacy": {"hosted": "never"}})
                assert await proposed(editor) == ["1"]
            for _ in range(3):
                assert await proposed(editor) == ["2"]
            assert not hosted.calls
            assert editor.shown() == []


async def test_a_hosted_engine_gets_text_once_the_user_was_asked_and_has_allowed_it(
    tmp_path: Path,
) -> None:
    with HostedApi("deepseek", pieces=(" 42",)) as hosted:
        options = {"engine": {"kind": "deepseek", "url": hosted.url}}
        async with Wire(create_server(user_file=tmp_path / "fimls.toml")) as editor:
            await editing(editor, options)
            assert await proposed(editor) == []
            asked = await editor.until(
                lambda m: m if m.get("method") == "window/showMessageRequest" else None
            )
            assert "127.0.0.1" in asked["params"]["message"]
            assert await proposed(editor) == []
            assert not hosted.calls
            editor.send({"id": asked["id"], "result": {"title": "Allow"}})
            for _ in range(20):
                if shown := await proposed(editor):
                    break
            assert shown == ["42"]
            questions = [m for m in editor.received if m.get("method") == asked["method"]]
            assert len(questions) == 1
        async with Wire(create_server(user_file=tmp_path / "fimls.toml")) as later:
            await editing(later, options)
            assert await proposed(later) == ["42"]
            assert not [m for m in later.received if m.get("method") == asked["method"]]


@pytest.mark.parametrize("privacy", [{"never_paths": ["secret*"]}, {"never_languages": ["python"]}])
async def test_what_privacy_keeps_back_never_reaches_a_hosted_engine(
    tmp_path: Path, privacy: dict[str, Any]
) -> None:
    with HostedApi("deepseek", pieces=(" 42",)) as hosted:
        options = {
            "engine": {"kind": "deepseek", "url": hosted.url},
            "privacy": {"hosted": "allow", **privacy},
        }
        async with Wire(create_server(user_file=tmp_path / "fimls.toml")) as editor:
            await editing(editor, options)
            assert await proposed(editor, SECRET) == []
            assert not hosted.requests
            if "never_paths" in privacy:
                assert await proposed(editor) == ["42"]
            (message,) = editor.shown()
            assert "keeps this text from it" in message
