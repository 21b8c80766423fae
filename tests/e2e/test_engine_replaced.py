"""An engine that comes back with another model while nobody types gets that model's ids."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from fimls.backend.stale_model_guard import SURE_FOR_S
from fimls.engine.embedded import embedded_model_path
from fimls.lsp import create_server
from support.clients import options
from support.fake_sglang import FakeSGLang
from support.hub import HubEditor, running_hub, write_settings
from support.tokenizers import write_tokenizer
from support.wire import URI, Wire, cancel, opened

RANGE = {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 8}}
IDLE_S = SURE_FOR_S + 0.2
TEXT = "total = 1\nvalue = "

FAMILIES = {
    "smaller": ("small", "big"),
    "larger": ("big", "small"),
    "equal": ("small", "moved"),
    "other family": ("small", "embedded"),
}
"""Kinds of replacement: the model before, the model after."""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of tokenizers: each gives other ids for the same text."""
    folder = tmp_path_factory.mktemp("models")
    return {
        "small": write_tokenizer(folder / "small"),
        "big": write_tokenizer(folder / "big", extra=tuple(f"<|extra{n}|>" for n in range(300))),
        "moved": write_tokenizer(folder / "moved", extra=("<|one|>",)),
        "embedded": embedded_model_path(),
    }


def engine(model: Path, *, port: int = 0) -> FakeSGLang:
    return FakeSGLang(script=["x"], model_path=str(model), context_length=100_000, port=port)


def read_by(model: Path, served: FakeSGLang) -> list[str]:
    """Return what a model reads in the prompts that its engine got."""
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    prompts = [r["input_ids"] for r in served.requests if r["sampling_params"]["max_new_tokens"]]
    assert all(0 <= each < tokenizer.get_vocab_size() for ids in prompts for each in ids)
    return [tokenizer.decode(ids, skip_special_tokens=False) for ids in prompts]


@pytest.mark.parametrize("idle_s", [0.1, IDLE_S])
@pytest.mark.parametrize("kind", FAMILIES)
async def test_the_first_keystroke_after_an_engine_was_replaced_is_the_new_models(
    models: dict[str, Path], tmp_path: Path, kind: str, idle_s: float
):
    before, after = (models[name] for name in FAMILIES[kind])
    server = create_server(user_file=tmp_path / "fimls.toml")
    async with Wire(server) as editor:
        with engine(before) as old:
            port = int(old.url.rpartition(":")[2])
            await editor.start(options(old.url))
            editor.send(opened(TEXT))
            assert await proposed(editor) == ["x"]
        await asyncio.sleep(idle_s)
        with engine(after, port=port) as new:
            assert await proposed(editor) == ["x"]
            first = read_by(after, new)
            assert first
            assert all("value =" in prompt for prompt in first)
            assert [path for _, path, _ in new.calls].count("/model_info") == 1
        assert editor.shown() == []


async def proposed(editor: Wire) -> list[str]:
    request = editor.completion(1, 8)
    editor.send(request)
    answer = await editor.answer(request)
    return [item["insertText"] for item in answer["result"]["items"]]


@pytest.mark.parametrize("kind", FAMILIES)
async def test_ten_idle_editors_of_a_hub_learn_of_it_at_once(
    models: dict[str, Path], tmp_path: Path, kind: str
):
    before, after = (models[name] for name in FAMILIES[kind])
    async with AsyncExitStack() as stack:
        with engine(before) as old:
            port = int(old.url.rpartition(":")[2])
            settings = write_settings(tmp_path / "fimls.toml", old.url)
            hub = await stack.enter_async_context(running_hub(settings, "tcp://127.0.0.1:0"))
            editors = [await HubEditor.connect(hub.addresses[0]) for _ in range(10)]
            for editor in editors:
                await stack.enter_async_context(editor)
                await editor.enter()
                editor.send(opened(TEXT))
                assert await editor.complete(1, 8) == ["x"]
        await asyncio.sleep(IDLE_S)
        with engine(after, port=port) as new:
            assert await asyncio.gather(*(each.complete(1, 8) for each in editors)) == [["x"]] * 10
            assert len(read_by(after, new)) >= 10
            assert all("value =" in prompt for prompt in read_by(after, new))
            assert [path for _, path, _ in new.calls].count("/model_info") == 1
        assert [editor.shown() for editor in editors] == [[]] * 10


async def test_a_tokenizer_replaced_at_the_same_place_is_read_again(
    models: dict[str, Path], tmp_path: Path
):
    """The same path, another model: what one gets who trains or converts into a fixed folder."""
    folder = tmp_path / "served"
    shutil.copytree(models["small"], folder)
    server = create_server(user_file=tmp_path / "fimls.toml")
    async with Wire(server) as editor:
        with engine(folder) as old:
            port = int(old.url.rpartition(":")[2])
            await editor.start(options(old.url))
            editor.send(opened(TEXT))
            assert await proposed(editor) == ["x"]
        shutil.copyfile(models["moved"] / "tokenizer.json", folder / "tokenizer.json")
        await asyncio.sleep(IDLE_S)
        with engine(folder, port=port) as new:
            assert await proposed(editor) == ["x"]
            assert all("value =" in prompt for prompt in read_by(folder, new))


async def test_a_conversation_for_the_model_before_is_not_sent(
    models: dict[str, Path], tmp_path: Path
):
    server = create_server(user_file=tmp_path / "fimls.toml")
    async with Wire(server) as editor:
        with engine(models["small"]) as old:
            port = int(old.url.rpartition(":")[2])
            await editor.start(options(old.url), workspace={"applyEdit": True})
            editor.send(opened(TEXT))
            assert await proposed(editor) == ["x"]
        await asyncio.sleep(IDLE_S)
        with engine(models["moved"], port=port) as new:
            new.script = ["```python\nvalue = 2\n```"]
            request = editor.request(
                "workspace/executeCommand",
                {
                    "command": "fimls.rewrite",
                    "arguments": [URI, RANGE, "Say two."],
                },
            )
            editor.send(request)
            await asyncio.to_thread(new.wait_ended)
            assert all("Say two." in prompt for prompt in read_by(models["moved"], new))
            editor.send(cancel(request))
