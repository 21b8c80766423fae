"""What VS Code's settings editor is told is what the server takes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import attrs
import pytest

from fimls.settings import Layer, Settings, resolve
from fimls.settings.trust import snake_case
from fimls.settings.vscode import configuration, manifest_text, with_configuration

MANIFEST = Path(__file__).parents[3] / "editors" / "vscode" / "package.json"


def properties(groups: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: of_it for group in groups for name, of_it in group["properties"].items()}


PROPERTIES = properties(configuration())
ALL = properties(json.loads(MANIFEST.read_text("utf-8"))["contributes"]["configuration"])
"""The server's settings, and with the extension's own."""


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


@pytest.mark.parametrize("name", ALL)
def test_a_repository_sets_nothing(name: str):
    """VS Code lets a workspace's settings win over the user's, it cannot have them narrow.

    So it may set only what the server lets a workspace's file replace, which is nothing so far.
    """
    _, table, *setting = name.split(".")
    known = attrs.fields_dict(type(getattr(Settings(), table))) if setting else {}
    reach = known[snake_case(setting[0])].metadata["workspace"] if setting else "never"
    if reach != "any":
        assert ALL[name].get("scope") in ("machine", "application")


@pytest.mark.parametrize(
    "name", ["path", "connect", "ca", "engine.url", "engines", "model.tokenizer"]
)
def test_what_means_something_on_one_machine_is_not_synchronised(name: str):
    assert ALL[f"fimls.{name}"]["scope"] == "machine"
