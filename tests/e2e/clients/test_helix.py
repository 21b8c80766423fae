"""Helix: only a menu, utf-8 first, edits that it has resolved, settings right at the start."""

from __future__ import annotations

from support.fake_sglang import FakeSGLang
from support.families import FILES, LITERALS, Family, everyday

CAPABILITIES = {
    "workspace": {
        "configuration": True,
        "didChangeConfiguration": {"dynamicRegistration": False},
        "workspaceFolders": True,
        "applyEdit": True,
        "executeCommand": {"dynamicRegistration": False},
        "workspaceEdit": {**FILES, "failureHandling": "abort", "normalizesLineEndings": False},
        "didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": False},
    },
    "textDocument": {
        "completion": {
            "completionItem": {
                "snippetSupport": True,
                "resolveSupport": {
                    "properties": ["documentation", "detail", "additionalTextEdits"]
                },
                "insertReplaceSupport": True,
                "deprecatedSupport": True,
                "tagSupport": {"valueSet": [1]},
            },
            "completionItemKind": {},
        },
        "codeAction": {
            "codeActionLiteralSupport": LITERALS,
            "isPreferredSupport": True,
            "disabledSupport": True,
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit", "command"]},
        },
    },
    "window": {"workDoneProgress": True},
    "general": {"positionEncodings": ["utf-8", "utf-32", "utf-16"]},
}


async def test_an_everyday(sglang: FakeSGLang):
    sglang.script = ["1"]
    greeting = {"method": "workspace/didChangeConfiguration", "params": {"settings": {}}}
    family = Family(CAPABILITIES, "helix", context={"triggerKind": 1}, greets=[greeting])
    got = await everyday(family, sglang.url)
    assert got.completed == ["1"]
    assert got.edited["documentChanges"]
    assert got.announced["positionEncoding"] == "utf-8"
    assert got.status == 0
