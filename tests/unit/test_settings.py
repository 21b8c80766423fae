from __future__ import annotations

import tomllib
from typing import Any

import attrs
import pytest

from fimls.settings import Layer, Settings, resolve
from fimls.settings_doc import default_toml

TRUSTED = [
    (table.name, field.name)
    for table in attrs.fields(Settings)
    for field in attrs.fields(type(getattr(Settings(), table.name)))
    if field.metadata["trusted"]
]


def one(values: dict[str, Any], *, trusted: bool = True) -> tuple[Settings, list[str]]:
    return resolve([Layer(name="here", values=values, trusted=trusted)])


def test_no_layers_are_the_defaults():
    assert resolve([]) == (Settings(), [])


def test_the_shipped_file_changes_nothing():
    assert one(tomllib.loads(default_toml())) == (Settings(), [])


def test_the_last_layer_wins_setting_by_setting():
    layers = [
        Layer(name="a", values={"completion": {"max_lines": 1, "deadline_ms": 10}}),
        Layer(name="b", values={"completion": {"max_lines": 2}, "prompt": {"suffix_tokens": 0}}),
    ]
    settings, problems = resolve(layers)
    assert problems == []
    assert (settings.completion.max_lines, settings.completion.deadline_ms) == (2, 10)
    assert settings.prompt.suffix_tokens == 0


@pytest.mark.parametrize("key", ["max_new_tokens", "maxNewTokens"])
def test_keys_may_be_camel_case(key: str):
    settings, problems = one({"completion": {key: 7}})
    assert (settings.completion.max_new_tokens, problems) == (7, [])


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        pytest.param({"motor": {}}, "no table [motor]", id="unknown table"),
        pytest.param({"engine": 5}, "[engine] must be a table", id="not a table"),
        pytest.param({"engine": {"uri": "x"}}, "engine.uri is not a setting", id="unknown key"),
        pytest.param({"engine": {"url": 5}}, "engine.url cannot be 5", id="type"),
        pytest.param({"engine": {"url": "ftp://x"}}, "engine.url cannot be", id="not an address"),
        pytest.param({"engine": {"url": None}}, "engine.url cannot be None", id="null"),
        pytest.param(
            {"completion": {"max_lines": True}}, "max_lines cannot be True", id="bool for int"
        ),
        pytest.param(
            {"completion": {"max_lines": "8"}}, "max_lines cannot be '8'", id="text for int"
        ),
        pytest.param(
            {"completion": {"max_lines": 1.5}}, "max_lines cannot be 1.5", id="float for int"
        ),
        pytest.param(
            {"completion": {"temperature": True}}, "temperature cannot be", id="bool for float"
        ),
        pytest.param({"completion": {"automatic": 1}}, "automatic cannot be 1", id="int for bool"),
        pytest.param({"completion": {"max_lines": 0}}, "max_lines cannot be 0", id="too small"),
        pytest.param(
            {"completion": {"deadline_ms": 10**9}}, "deadline_ms cannot be", id="too large"
        ),
        pytest.param({"log": {"level": "loud"}}, "log.level cannot be 'loud'", id="not a choice"),
    ],
)
def test_a_bad_value_is_one_problem_and_the_rest_holds(values: dict[str, Any], complaint: str):
    below = Layer(name="below", values={"prompt": {"suffix_tokens": 5}})
    settings, problems = resolve([below, Layer(name="here", values=values)])
    assert settings == resolve([below])[0]
    (problem,) = problems
    assert problem.startswith("here: ")
    assert complaint in problem
    assert problem.endswith(".")


def test_a_bad_value_leaves_its_neighbours():
    settings, problems = one({"completion": {"max_lines": 0, "deadline_ms": 77}, "x": {}})
    assert settings.completion.deadline_ms == 77
    assert settings.completion.max_lines == Settings().completion.max_lines
    assert len(problems) == 2


def test_an_integer_will_do_for_a_number():
    settings, problems = one({"completion": {"temperature": 1}})
    assert (settings.completion.temperature, problems) == (1, [])


def test_where_text_and_keys_go_is_trusted():
    assert {("engine", "url"), ("engine", "api_key_file"), ("engine", "api_key_env")} <= {*TRUSTED}


@pytest.mark.parametrize(("table", "name"), TRUSTED)
def test_a_workspace_cannot_set_what_is_trusted(table: str, name: str):
    default = getattr(getattr(Settings(), table), name)
    other = {bool: not default, str: default if table == "hub" else "http://elsewhere"}
    values = {table: {name: other.get(type(default), default)}}
    settings, problems = one(values, trusted=False)
    assert settings == Settings()
    assert len(problems) == 1
    assert f"{table}.{name} is ignored" in problems[0]
    assert one(values)[1] == []


def test_a_workspace_may_set_the_rest():
    settings, problems = one({"completion": {"max_lines": 3}}, trusted=False)
    assert (settings.completion.max_lines, problems) == (3, [])


@pytest.mark.parametrize("value", [["x"] * 1_001, ["x" * 1_001]])
def test_a_list_that_would_take_long_to_look_at_is_refused(value: list[str]):
    settings, problems = one({"completion": {"exclude_files": value}})
    assert settings == Settings()
    assert "completion.exclude_files cannot be" in problems[0]
