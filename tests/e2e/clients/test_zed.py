"""Zed: a menu, snippets in edits, and its settings asked for."""

from __future__ import annotations

from support.fake_sglang import FakeSGLang
from support.families import FILES, LITERALS, Family, everyday

CAPABILITIES = {
    "general": {"positionEncodings": ["utf-16"]},
    "workspace": {
        "configuration": True,
        "didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": True},
        "didChangeConfiguration": {"dynamicRegistration": True},
        "workspaceFolders": True,
        "applyEdit": True,
        "executeCommand": {"dynamicRegistration": True},
        "workspaceEdit": {**FILES, "snippetEditSupport": True},
    },
    "textDocument": {
        "codeAction": {
            "codeActionLiteralSupport": LITERALS,
            "dataSupport": True,
            "resolveSupport": {
                "properties": ["kind", "diagnostics", "isPreferred", "edit", "command"]
            },
        },
        "completion": {
            "completionItem": {
                "snippetSupport": True,
                "insertReplaceSupport": True,
                "labelDetailsSupport": True,
                "insertTextModeSupport": {"valueSet": [1, 2]},
            },
            "insertTextMode": 2,
            "contextSupport": True,
        },
    },
    "window": {"workDoneProgress": True},
    "experimental": {"serverStatusNotification": True, "localDocs": True},
}


async def test_an_everyday(sglang: FakeSGLang):
    sglang.script = ["1"]
    changed = {"method": "workspace/didChangeConfiguration", "params": {"settings": {}}}
    family = Family(
        CAPABILITIES, "Zed", context={"triggerKind": 1}, greets=[changed], settings=None
    )
    got = await everyday(family, sglang.url)
    assert got.completed == ["1"]
    assert got.edited["documentChanges"]
    assert got.status == 0
