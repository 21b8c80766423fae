"""Emacs: eglot takes no data back and carries commands out; lsp-mode writes null for nothing."""

from __future__ import annotations

import json

import pytest
from pygls.protocol import default_converter
from pytest_lsp import client_capabilities

from support.fake_sglang import FakeSGLang
from support.families import FILES, LITERALS, Family, everyday

EGLOT = Family(
    json.loads(json.dumps(default_converter().unstructure(client_capabilities("emacs")))),
    "Emacs (eglot)",
    context={"triggerKind": 1},
    greets=[{"method": "workspace/didChangeConfiguration", "params": {"settings": {}}}],
)
LSP_MODE = Family(
    {
        "experimental": {"snippetTextEdit": None},
        "general": {"positionEncodings": ["utf-32", "utf-8", "utf-16"]},
        "workspace": {
            "applyEdit": True,
            "configuration": True,
            "workspaceEdit": FILES,
            "workspaceFolders": True,
            "didChangeWatchedFiles": {"dynamicRegistration": True},
        },
        "textDocument": {
            "inlineCompletion": None,
            "codeAction": {
                "codeActionLiteralSupport": LITERALS,
                "dataSupport": True,
                "dynamicRegistration": True,
                "isPreferredSupport": True,
                "resolveSupport": {"properties": ["edit", "command"]},
            },
            "completion": {
                "completionItem": {
                    "insertReplaceSupport": True,
                    "insertTextModeSupport": {"valueSet": [1, 2]},
                    "snippetSupport": False,
                },
                "contextSupport": True,
                "dynamicRegistration": True,
            },
        },
        "window": {"workDoneProgress": True, "showDocument": {"support": True}},
    },
    "emacs",
    context={"triggerKind": 2, "triggerCharacter": " "},
    whole=True,
)


@pytest.mark.parametrize("family", [EGLOT, LSP_MODE], ids=["eglot", "lsp-mode"])
async def test_an_everyday(sglang: FakeSGLang, family: Family):
    sglang.script = ["1"]
    got = await everyday(family, sglang.url)
    assert got.completed == ["1"]
    assert got.edited["documentChanges"]
    assert got.announced["positionEncoding"] == "utf-32"
    assert got.status == 0
