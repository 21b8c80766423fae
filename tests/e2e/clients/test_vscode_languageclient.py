"""vscode-languageclient: 9 with the numbers of the drafts, 10 with those of LSP 3.18."""

from __future__ import annotations

import pytest

from support.fake_sglang import FakeSGLang
from support.families import FILES, Family, everyday

ACTIONS = {
    "dynamicRegistration": True,
    "isPreferredSupport": True,
    "disabledSupport": True,
    "dataSupport": True,
    "resolveSupport": {"properties": ["edit"]},
    "honorsChangeAnnotations": True,
    "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor"]}},
}
EDITS = {
    **FILES,
    "failureHandling": "textOnlyTransactional",
    "normalizesLineEndings": True,
    "changeAnnotationSupport": {"groupsOnLabel": True},
}


def client(*, edits: dict[str, object], typing: int, **text_document: object) -> Family:
    return Family(
        name="Visual Studio Code",
        typing=typing,
        settings={},
        capabilities={
            "workspace": {
                "applyEdit": True,
                "configuration": True,
                "workspaceFolders": True,
                "workspaceEdit": edits,
                "didChangeConfiguration": {"dynamicRegistration": True},
                "didChangeWatchedFiles": {
                    "dynamicRegistration": True,
                    "relativePatternSupport": True,
                },
            },
            "textDocument": {
                "inlineCompletion": {"dynamicRegistration": True},
                "codeAction": ACTIONS,
                "synchronization": {"dynamicRegistration": True, "didSave": True},
                **text_document,
            },
            "window": {"workDoneProgress": True, "showDocument": {"support": True}},
            "general": {"positionEncodings": ["utf-16"], "staleRequestSupport": {"cancel": True}},
            "notebookDocument": {"synchronization": {"dynamicRegistration": True}},
        },
    )


NINE = client(edits=EDITS, typing=1)
NEW = {"metadataSupport": True, "snippetEditSupport": True}
TEN = client(edits={**EDITS, **NEW}, typing=2, filters={"relativePatternSupport": True})


@pytest.mark.parametrize("family", [NINE, TEN], ids=["9", "10"])
async def test_an_everyday(sglang: FakeSGLang, family: Family):
    sglang.script = ["1"]
    got = await everyday(family, sglang.url)
    assert got.completed == ["1"], "typing, in either numbering, is one candidate"
    assert len(sglang.requests) == 1
    assert got.announced["notebookDocumentSync"]
    (change,) = got.edited["documentChanges"]
    assert change["textDocument"]["version"] == 1
    assert got.status == 0
