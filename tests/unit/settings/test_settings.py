from __future__ import annotations

import re
import time
import tomllib
from pathlib import Path
from typing import Any

import attrs
import pytest

from fimls.settings import Layer, Settings, resolve
from fimls.settings.default_toml import default_toml
from fimls.settings.trust import renamed


def one(values: dict[str, Any]) -> tuple[Settings, list[str]]:
    return resolve([Layer(name="here", values=values)])


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


def test_what_is_no_address_is_kept_so_that_no_other_engine_is_asked():
    settings, problems = one({"engine": {"url": "127.0.0.1:3"}})
    assert (settings.engine.url, problems) == ("127.0.0.1:3", [])


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
        pytest.param({"engine": {"url": 5}}, "engine.url must be an address", id="type"),
        pytest.param({"engine": {"url": None}}, "engine.url must be", id="null"),
        *(
            pytest.param(
                {"completion": {"max_lines": value}},
                "completion.max_lines must be a whole number from 1 to 1000; using 8.",
                id=name,
            )
            for name, value in {
                "bool for int": True,
                "text for int": "8",
                "float for int": 1.5,
                "too small": 0,
                "too large": 10**9,
            }.items()
        ),
        pytest.param(
            {"completion": {"temperature": True}},
            "completion.temperature must be a number from 0.0 to 100.0; using 0.0.",
            id="bool for float",
        ),
        pytest.param(
            {"completion": {"automatic": 1}},
            "completion.automatic must be true or false; using true.",
            id="int for bool",
        ),
        pytest.param(
            {"completion": {"exclude_files": "x"}}, "must be a list of at most", id="not a list"
        ),
        pytest.param(
            {"log": {"level": "loud"}},
            'log.level must be "debug", "info", "warning" or "error"; using "info".',
            id="not a choice",
        ),
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


@pytest.mark.parametrize("value", [["x"] * 1_001, ["x" * 1_001], ["x" * 900] * 900])
def test_a_list_that_would_take_long_to_look_at_is_refused(value: list[str]):
    settings, problems = one({"completion": {"exclude_files": value}})
    assert settings == Settings()
    assert "completion.exclude_files must be" in problems[0]


@pytest.mark.parametrize(
    ("values", "meant"),
    [
        ({"completion": {"max_line": 1}}, "(did you mean max_lines?)."),
        ({"completion": {"maxLine": 1}}, "(did you mean max_lines?)."),
        ({"engine": {"uri": "x"}}, "(did you mean url?)."),
        ({"complete": {}}, "(did you mean [completion]?)."),
        ({"zzz": {}}, "there is no table [zzz] in the settings."),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest_one(values: dict[str, Any], meant: str):
    (problem,) = one(values)[1]
    assert problem.endswith(meant)


def test_names_that_anybody_wrote_cannot_spoil_a_message():
    (problem,) = one({"evil\x1b]0;\nline" + "x" * 10_000: {}})[1]
    assert problem.isprintable()
    assert len(problem) < 300


@pytest.mark.parametrize(
    "values",
    [
        {"completion": {f"x{n}": n for n in range(50_000)}},
        {f"x{n}": {} for n in range(50_000)},
        {"refactor": {"custom": {f"x{n}": {"title": "t", "prompt": "p"} for n in range(20_000)}}},
    ],
)
def test_thousands_of_mistakes_take_no_time_and_few_words(values: dict[str, Any]):
    started = time.thread_time()
    settings, problems = one({"completion": {"max_lines": 3}, **values})
    assert time.thread_time() - started < 0.5
    assert settings.completion.max_lines == (8 if "completion" in values else 3)
    assert not settings.refactor.custom
    assert 1 <= len(problems) <= 21


RENAMED = [
    (table, old, new)
    for table in attrs.fields_dict(Settings)
    if attrs.has(type(getattr(Settings(), table)))
    for old, new in renamed(type(getattr(Settings(), table))).items()
]


@pytest.mark.parametrize(("table", "old", "new"), RENAMED)
def test_an_old_name_goes_on_working_and_is_told_once(
    table: str, old: str, new: str, caplog: pytest.LogCaptureFixture
):
    default = getattr(getattr(Settings(), table), new)
    value = not default if isinstance(default, bool) else default + 1
    layer = Layer(name=f"a file with {old}", values={table: {old: value}})
    for _ in range(2):
        settings, problems = resolve([layer])
        assert getattr(getattr(settings, table), new) == value
        assert not problems
    assert caplog.messages == [
        f"a file with {old}: {table}.{old} is called {table}.{new} now; please rename it."
    ]


@pytest.mark.parametrize(("table", "old", "new"), RENAMED)
def test_no_document_names_a_setting_by_its_old_name(table: str, old: str, new: str):
    root = Path(__file__).parents[3]
    camel = re.sub(r"_(\w)", lambda found: found[1].upper(), old)
    pattern = re.compile(rf"\b{table}\.(?:{old}|{camel})\b|^{old} =", re.MULTILINE)
    texts = [*root.glob("*.md"), *(root / "server").glob("*.md"), root / "configs/fimls.toml"]
    texts += [root / "editors/vscode/package.json", *(root / "editors").glob("*/README.md")]
    assert not [path for path in texts if pattern.search(path.read_text("utf-8"))]
