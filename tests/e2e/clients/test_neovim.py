"""Neovim: its own client, with inline completion (0.12) and without (0.11)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pygls.protocol import default_converter
from pytest_lsp import client_capabilities

from support.fake_sglang import FakeSGLang
from support.families import Family, everyday

EMPTY = {"method": "workspace/didChangeConfiguration", "params": {"settings": []}}
"""Lua has one empty table."""


def declared() -> dict[str, Any]:
    return json.loads(json.dumps(default_converter().unstructure(client_capabilities("neovim"))))


@pytest.mark.parametrize("inline", [True, False], ids=["0.12", "0.11"])
async def test_an_everyday(sglang: FakeSGLang, inline: bool):
    sglang.script = ["1"]
    capabilities = declared()
    if inline:
        capabilities["textDocument"]["inlineCompletion"] = {"dynamicRegistration": False}
    family = Family(capabilities, "Neovim", typing=2 if inline else None, greets=[EMPTY])
    got = await everyday(family, sglang.url)
    assert got.completed == ["1"]
    assert got.edited
    assert got.announced["positionEncoding"] == "utf-8"
    assert got.status == 0


async def test_asking_by_hand_is_a_1(sglang: FakeSGLang):
    sglang.script = ["1"]
    capabilities = declared()
    capabilities["textDocument"]["inlineCompletion"] = {"dynamicRegistration": False}
    await everyday(Family(capabilities, "Neovim", typing=1), sglang.url)
    assert len(sglang.requests) > 1, "further candidates, as who asks by hand gets"
