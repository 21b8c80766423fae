"""A settings file with another engine in it: what was there stays, and no key goes elsewhere."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimls.cli.settings_change import ChosenEngine, with_engine
from fimls.errors import ConfigurationError
from fimls.settings import Layer, resolve
from fimls.settings.default_toml import default_toml

DEEPSEEK = ChosenEngine(kind="deepseek", key_file="/keys/deepseek.key")
LLAMA = ChosenEngine(kind="llama-cpp", url="http://127.0.0.1:9090")
LIST = """\
# before
[[engines]]
name = "ours"  # the first
url = "http://127.0.0.1:30000"
api_key_file = "/keys/ours"

# between
[[engines]]
name = "theirs"
kind = "deepseek"
for = ["actions"]

[log]
level = "info"
"""


def test_a_new_file_has_the_engine() -> None:
    text = with_engine("", DEEPSEEK, hosted="ask")
    assert tomllib.loads(text) == {
        "engine": {"kind": "deepseek", "api_key_file": "/keys/deepseek.key"},
        "privacy": {"hosted": "ask"},
    }


@pytest.mark.parametrize(
    "before",
    [
        '[engine]\nkind = "openai"\nmodel = "m"\napi_key_file = "/k"\nread_timeout_ms = 9\n',
        '[engine]\nkind = "openai"\napiKeyFile = "/k"\napi_key_env = "K"\nreadTimeoutMs = 9\n',
        'engine = { kind = "openai", api_key_file = "/k", read_timeout_ms = 9 }\n',
        'engine.kind = "openai"\nengine.api_key_file = "/k"\nengine.read_timeout_ms = 9\n',
        '\ufeff[engine]\r\nkind = "openai"\r\napi_key_file = "/k"\r\nread_timeout_ms = 9\r\n',
        '[engine]\nread_timeout_ms = 9\nkind = "deepseek"\nprivacy = "local"\nextra_key = "x"\n',
    ],
)
def test_nothing_of_the_engine_before_goes_to_the_new_one(before: str) -> None:
    text = with_engine(before, LLAMA)
    settings, problems = resolve(
        [Layer(name="t", values=tomllib.loads(text.removeprefix("\ufeff")))]
    )
    assert not problems
    engine = settings.engine
    assert (engine.kind, engine.url, engine.read_timeout_ms) == ("llama-cpp", LLAMA.url, 9)
    assert (engine.api_key_file, engine.model, engine.privacy) == ("", "", "")
    assert (engine.api_key_env, engine.extra_key) == ("FIMLS_API_KEY", "")
    assert text.count("\r\n") >= before.count("\r\n") - 1
    assert text.startswith("\ufeff") == before.startswith("\ufeff")


def test_a_list_of_engines_gets_it_as_its_first() -> None:
    text = with_engine(LIST, LLAMA)
    engines = tomllib.loads(text)["engines"]
    assert [each["name"] for each in engines] == ["llama-cpp", "ours", "theirs"]
    assert engines[1]["api_key_file"] == "/keys/ours"
    assert all(line in text for line in LIST.split("\n"))
    assert not resolve([Layer(name="t", values=tomllib.loads(text))])[1]


def test_one_of_a_list_is_changed_and_comes_first() -> None:
    engines = tomllib.loads(with_engine(LIST, DEEPSEEK))["engines"]
    assert [each["name"] for each in engines] == ["theirs", "ours"]
    assert engines[0]["for"] == ["actions"]
    assert engines[0]["api_key_file"] == "/keys/deepseek.key"
    assert "api_key_file" in engines[1]


def test_a_list_within_brackets_gets_it_too() -> None:
    text = with_engine('engines = [{ name = "a", url = "http://10.0.0.5:1" }]\n', LLAMA)
    assert [each["name"] for each in tomllib.loads(text)["engines"]] == ["llama-cpp", "a"]


def test_the_file_with_all_settings_can_be_changed_twice() -> None:
    once = with_engine(default_toml(), DEEPSEEK, hosted="allow")
    twice = with_engine(once, LLAMA)
    assert tomllib.loads(twice)["engine"]["kind"] == "llama-cpp"
    comments = [line for line in default_toml().split("\n") if line.startswith("#")]
    assert [line for line in twice.split("\n") if line.startswith("#")] == comments


@pytest.mark.parametrize("text", ["engine = 3\n", "engines = [3]\n", "privacy = []\n"])
def test_what_is_no_table_is_told(text: str) -> None:
    with pytest.raises(ConfigurationError):
        with_engine(text, LLAMA, hosted="ask")


NAMES = st.sampled_from(["completion", "log", "prompt", "x", "a b", "ä"])
VALUES = st.one_of(st.integers(-9, 9), st.booleans(), st.text(max_size=5), st.lists(st.integers()))


@given(st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=3), max_size=4))
def test_whatever_else_a_file_has_means_the_same(tables: dict[str, dict[str, object]]) -> None:
    import tomlkit

    text = tomlkit.dumps(tables)
    after = tomllib.loads(with_engine(text, LLAMA))
    assert after.pop("engine") == {"kind": "llama-cpp", "url": LLAMA.url}
    assert after == tables
