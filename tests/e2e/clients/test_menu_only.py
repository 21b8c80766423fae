"""Clients that know little: Kate, IDEs of the JetBrains kind, and those that declare nothing."""

from __future__ import annotations

import pytest

from support.fake_sglang import FakeSGLang
from support.families import LITERALS, Family, everyday

KATE = Family(
    {
        "general": {"positionEncodings": ["utf-16"]},
        "textDocument": {
            "codeAction": {"codeActionLiteralSupport": LITERALS},
            "completion": {"completionItem": {"snippetSupport": False}},
            "synchronization": {"didSave": True},
        },
        "workspace": {"applyEdit": True, "executeCommand": {}, "workspaceFolders": True},
        "window": {"workDoneProgress": True},
    },
    context={"triggerKind": 1},
    whole=True,
)
JETBRAINS = Family(
    {
        "textDocument": {
            "codeAction": {
                "codeActionLiteralSupport": LITERALS,
                "dataSupport": True,
                "resolveSupport": {"properties": ["edit"]},
            },
            "completion": {
                "completionItem": {"insertReplaceSupport": True},
                "contextSupport": True,
            },
        },
        "workspace": {
            "applyEdit": True,
            "configuration": True,
            "workspaceEdit": {"documentChanges": True, "resourceOperations": []},
            "didChangeConfiguration": {"dynamicRegistration": True},
        },
        "window": {"showDocument": {"support": False}, "workDoneProgress": False},
    },
    "IntelliJ IDEA",
    context={},
    settings={},
)
ALONE = {"processId": None, "rootUri": None, "workspaceFolders": None}


@pytest.mark.parametrize("family", [KATE, JETBRAINS], ids=["kate", "jetbrains"])
async def test_an_everyday(sglang: FakeSGLang, family: Family):
    sglang.script = ["1"]
    got = await everyday(family, sglang.url)
    assert got.completed == ["1"]
    assert got.edited["changes" if family is KATE else "documentChanges"]
    assert got.status == 0


@pytest.mark.parametrize("context", [None, {}, {"triggerKind": 0}, {"triggerKind": None}])
async def test_who_declares_nothing_gets_a_menu_and_no_edits(sglang: FakeSGLang, context: object):
    sglang.script = ["1"]
    got = await everyday(Family({}, context=context, more=ALONE), sglang.url)
    assert got.completed == ["1"]
    assert got.edited is None
    assert got.status == 0
