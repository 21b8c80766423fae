"""Sublime Text's LSP: a menu that indents what it inserts, and settings that it pushes."""

from __future__ import annotations

from support.fake_sglang import FakeSGLang
from support.families import LITERALS, Family, everyday

CAPABILITIES = {
    "general": {
        "regularExpressions": {"engine": "ECMAScript"},
        "markdown": {"parser": "Python-Markdown", "version": "3.2.2"},
    },
    "textDocument": {
        "synchronization": {"dynamicRegistration": True, "didSave": True, "willSave": True},
        "completion": {
            "dynamicRegistration": True,
            "completionItem": {
                "snippetSupport": True,
                "deprecatedSupport": True,
                "documentationFormat": ["markdown", "plaintext"],
                "tagSupport": {"valueSet": [1]},
                "resolveSupport": {
                    "properties": ["detail", "documentation", "additionalTextEdits"]
                },
                "insertReplaceSupport": True,
                "insertTextModeSupport": {"valueSet": [2]},
            },
        },
        "codeAction": {
            "dynamicRegistration": True,
            "codeActionLiteralSupport": LITERALS,
            "dataSupport": True,
            "isPreferredSupport": True,
            "resolveSupport": {"properties": ["edit"]},
        },
    },
    "workspace": {
        "applyEdit": True,
        "configuration": True,
        "workspaceFolders": True,
        "didChangeConfiguration": {"dynamicRegistration": True},
        "executeCommand": {},
        "workspaceEdit": {"documentChanges": True, "failureHandling": "abort"},
    },
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
}


async def test_an_everyday(sglang: FakeSGLang):
    sglang.script = ["1"]
    pushed = {"method": "workspace/didChangeConfiguration", "params": {"settings": {}}}
    family = Family(CAPABILITIES, "Sublime Text LSP", context={"triggerKind": 1}, greets=[pushed])
    got = await everyday(family, sglang.url)
    assert got.completed == ["1"]
    assert got.edited["documentChanges"]
    assert got.announced["positionEncoding"] == "utf-16"
    assert got.status == 0
