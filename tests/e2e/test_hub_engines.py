"""A hub with several engines: who answers its editors when one is gone, and who never gets text."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from fimls.errors import ConfigurationError
from fimls.hub.settings_snapshot import read_settings
from support.fake_sglang import FakeSGLang
from support.hosted_apis import HostedApi
from support.hub import HubEditor, running_hub
from support.wire import URI, opened

TEXT = "total = 1\nvalue ="


def hub_settings(folder: Path, engines: list[dict[str, Any]], **more: dict[str, Any]) -> Path:
    tables = {
        "prompt": {"layout": "whole", "warm_up": False},
        "completion": {"reuse": False, "debounce_ms": 0},
        **more,
    }
    tables.setdefault("hub", {})["tokens_file"] = str(folder / "tokens.json")
    lines: list[str] = []
    named = [("[engines]", each) for each in engines]
    for table, values in (*tables.items(), *named):
        lines += [f"[{table}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
    file = folder / "hub.toml"
    file.write_text("\n".join(lines), "utf-8")
    return file


def engine(tokenizer_folder: Path, says: str) -> FakeSGLang:
    return FakeSGLang(script=[says], model_path=str(tokenizer_folder), context_length=100_000)


@pytest.mark.parametrize("hosted", ["never", "ask"])
async def test_all_editors_get_the_next_engine_in_the_request_in_which_the_first_is_gone(
    tokenizer_folder: Path, tmp_path: Path, hosted: str
) -> None:
    with HostedApi("deepseek") as theirs, engine(tokenizer_folder, " 2") as second:
        first = engine(tokenizer_folder, " 1")
        with ExitStack() as running:
            running.enter_context(first)
            engines = [
                {"name": "first", "url": first.url},
                {"name": "theirs", "kind": "deepseek", "url": theirs.url},
                {"name": "second", "url": second.url},
            ]
            settings = hub_settings(tmp_path, engines, privacy={"hosted": hosted})
            async with running_hub(settings, f"unix:{tmp_path}/hub.sock") as hub:
                (address,) = hub.addresses
                async with (
                    await HubEditor.connect(address) as one,
                    await HubEditor.connect(address) as two,
                ):
                    for editor in (one, two):
                        await editor.enter()
                        editor.send(opened(TEXT, uri=URI))
                        assert await editor.complete(1, 7) == [" 1"]
                    running.close()
                    for editor in (one, two, one, two):
                        assert await editor.complete(1, 7) == [" 2"]
                        assert editor.shown() == []
                    told = [m for m in one.received if m.get("method") == "$/fimls/status"]
                    assert told[-1]["params"]["engine"].startswith("second at ")
        assert not theirs.calls


async def test_a_user_keeps_text_from_a_hosted_engine_that_the_hub_allows(
    tokenizer_folder: Path, tmp_path: Path
) -> None:
    """It is the hub's second; the first is gone."""
    with HostedApi("deepseek", pieces=(" 42",)) as theirs:
        engines = [
            {"name": "first", "url": "http://127.0.0.1:9"},
            {"name": "theirs", "kind": "deepseek", "url": theirs.url},
        ]
        settings = hub_settings(tmp_path, engines, privacy={"hosted": "allow"})
        async with running_hub(settings, f"unix:{tmp_path}/hub.sock") as hub:
            (address,) = hub.addresses
            async with (
                await HubEditor.connect(address) as free,
                await HubEditor.connect(address) as careful,
            ):
                await careful.enter({"privacy": {"hosted": "never"}})
                careful.send(opened(TEXT, uri=URI))
                assert await careful.complete(1, 7) == []
                assert not theirs.requests
                await free.enter()
                free.send(opened(TEXT, uri=URI))
                assert await free.complete(1, 7) == [" 42"]
                assert await careful.complete(1, 7) == []
                assert "keeps this text from it" in careful.shown()[-1]
    assert all("value =" in body["prompt"] for body in theirs.bodies)


def test_a_list_of_engines_and_replicas_cannot_be_combined(tmp_path: Path) -> None:
    engines = [{"name": "a", "url": "http://10.0.0.1:30000"}]
    replicas = ["http://10.0.0.1:30000", "http://10.0.0.2:30000"]
    file = hub_settings(tmp_path, engines, hub={"replicas": replicas})
    with pytest.raises(ConfigurationError, match=r"cannot be combined with \[\[engines\]\]"):
        read_settings(file, optional=False)
