"""Which folder of a workspace a document belongs to, however its URI is spelled."""

from __future__ import annotations

from pathlib import Path

import pytest

from fimls.lsp.workspace_folders import folder_of

FIRST, SECOND = Path("/src/first"), Path("/src/second")


@pytest.mark.parametrize(
    "uri",
    [
        "file:///src/second/x.py",
        "file:////src/second/x.py",
        "file:///src/second//x.py",
        "file:///src/first/../second/x.py",
        "vscode-notebook-cell:/src/second/x.ipynb#W0sZmlsZQ",
        "vscode-notebook-cell://authority/src/second/x.ipynb#W0sZmlsZQ",
        "jupyter-notebook-cell:/src/%73econd/x.ipynb",
        "untitled:/src/second/x.py",
        "git:/src/second/x.py?%7B%22ref%22%3A%22~%22%7D",
    ],
)
def test_what_a_folder_narrows_holds_for_all_that_is_in_it(uri: str):
    assert folder_of(uri, [FIRST, SECOND]) == SECOND


@pytest.mark.parametrize("uri", ["untitled:Untitled-1", "x", "", "data:,/work", "file:///else/x"])
def test_what_is_in_no_folder_belongs_to_the_first(uri: str):
    assert folder_of(uri, [FIRST, SECOND]) == FIRST
