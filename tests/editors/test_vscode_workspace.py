"""What a repository brings along for VS Code: settings that would replace the user's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.fake_sglang import FakeSGLang
from support.vscode import EXTENSION

from .conftest import OpenWindow

pytestmark = pytest.mark.editor

PLAIN = {"editor.quickSuggestions": "off"}


def test_a_repository_s_settings_have_no_say(
    vscode: OpenWindow, file: Path, sglang: FakeSGLang, tokenizer_folder: Path
):
    """Neither whether anything is sent, nor where to, nor what is started."""
    file.write_text("", encoding="utf-8")
    sglang.script = ["value"]
    with FakeSGLang(script=["theirs"], model_path=str(tokenizer_folder)) as other:
        theirs = {name: other_value(of_it, other.url) for name, of_it in settings().items()}
        write_workspace_settings(file.parent, theirs | {"fimls.enabled": False})
        with vscode(file, sglang.url, PLAIN) as window:
            window.focus()
            window.type("x = ")
            window.until(lambda: window.ghost == "value", "ghost text of the user's engine")
            assert window.notices == []

        write_workspace_settings(file.parent, theirs | {"fimls.enabled": True})
        asked = len(sglang.requests)
        with vscode(file, sglang.url, PLAIN | {"fimls.enabled": False}, ready="off") as window:
            window.focus()
            window.type("y = ")
            window.page.wait_for_timeout(1_000)
            assert (window.state, window.ghost) == ("off", None)
        assert len(sglang.requests) == asked
        assert other.requests == []


def settings() -> dict[str, Any]:
    manifest = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    groups = manifest["contributes"]["configuration"]
    return {name: of_it for group in groups for name, of_it in group["properties"].items()}


def other_value(described: dict[str, Any], url: str) -> Any:
    """Return a value that VS Code takes for a setting, and that is not its default."""
    default = described["default"]
    if described["type"] == "boolean":
        return not default
    if described["type"] in ("integer", "number"):
        least = described.get("minimum", 0)
        return least if least != default else described.get("maximum", 0.5)
    if described["type"] == "array":
        return [{"url": url}] if described["items"]["type"] == "object" else ["**"]
    if described["type"] == "object":
        return {"theirs": {"title": "Theirs", "prompt": "p"}}
    return next((each for each in described.get("enum", []) if each != default), url)


def write_workspace_settings(folder: Path, values: dict[str, Any]) -> None:
    (folder / ".vscode").mkdir(exist_ok=True)
    (folder / ".vscode" / "settings.json").write_text(json.dumps(values), encoding="utf-8")
