"""What VS Code's settings editor is told is what the server takes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from fimls.settings import Layer, resolve
from fimls.settings.vscode import configuration, manifest_text, with_configuration

MANIFEST = Path(__file__).parents[3] / "editors" / "vscode" / "package.json"
PROPERTIES = {
    name: described for group in configuration() for name, described in group["properties"].items()
}


def problems(name: str, value: Any) -> list[str]:
    _, table, *setting = name.split(".")
    values = {table: {setting[0]: value} if setting else value}
    return resolve([Layer(name="here", values=values)])[1]


def test_the_manifest_is_up_to_date():
    text = MANIFEST.read_text(encoding="utf-8")
    assert text == manifest_text(with_configuration(json.loads(text))), (
        "run: python -m fimls.settings.vscode editors/vscode/package.json"
    )


@pytest.mark.parametrize("name", PROPERTIES)
def test_the_server_takes_the_default(name: str):
    assert problems(name, PROPERTIES[name]["default"]) == []


@pytest.mark.parametrize("name", [n for n, p in PROPERTIES.items() if "enum" in p])
def test_a_choice_is_the_servers(name: str):
    for value in PROPERTIES[name]["enum"]:
        assert problems(name, value) == []
    assert problems(name, "no such choice")


@pytest.mark.parametrize("limit", ["minimum", "maximum"])
def test_a_bound_is_the_servers(limit: str):
    bounded = {n: p[limit] for n, p in PROPERTIES.items() if limit in p}
    assert bounded
    for name, bound in bounded.items():
        assert problems(name, bound) == []
        assert problems(name, bound - 1 if limit == "minimum" else bound + 1)


def test_a_pattern_is_the_servers():
    pattern = re.compile(PROPERTIES["fimls.engine.url"]["pattern"])
    assert pattern.search("https://a:1/b")
    assert not pattern.search("ftp://a")


def test_a_repository_cannot_set_what_would_replace_the_user_s():
    """VS Code lets a workspace's settings win over the user's, it cannot have them narrow."""
    scopes = {name: described.get("scope") for name, described in PROPERTIES.items()}
    assert set(scopes.values()) == {"machine", "application"}
    assert scopes["fimls.engine.url"] == "machine"
    assert scopes["fimls.refactor.confirm"] == "application"
    own = json.loads(MANIFEST.read_text(encoding="utf-8"))["contributes"]["configuration"][0]
    assert own["properties"]["fimls.path"]["scope"] == "machine"
    assert own["properties"]["fimls.connect"]["scope"] == "machine"
