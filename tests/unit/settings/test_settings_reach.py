"""Who may set what: a workspace's file, and an editor at somebody else's hub, over all settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimls.refactor.checks import CHECKS
from fimls.refactor.custom_actions import BORROWED, DEFAULT_CHECKS, custom_actions
from fimls.settings import Layer, Settings, Source, resolve, tables_of
from fimls.settings.declaration import checks_of, setting
from fimls.settings.stricter_values import Borrowed, Narrowing

FIELDS = {
    f"{table}.{field.name}": field
    for table, kind in tables_of().items()
    for field in attrs.fields(kind)
}

Order = Callable[[Any, Any], bool]


def fewer(now: Any, before: Any) -> bool:
    return now <= before


def more(now: Any, before: Any) -> bool:
    return now >= before


def all_of(now: list[str], before: list[str]) -> bool:
    return set(now) >= set(before)


def ordered(*choices: str) -> Order:
    return lambda now, before: choices.index(now) <= choices.index(before)


def own_ones_stay(now: dict[str, Any], before: dict[str, Any]) -> bool:
    return all(now[name] == table for name, table in before.items()) and all(
        isinstance(table, Borrowed) or not isinstance(table, dict)
        for name, table in now.items()
        if name not in before
    )


NO_MORE: dict[str, Order] = {
    "privacy.hosted": ordered("never", "ask", "allow"),
    "privacy.never_paths": all_of,
    "privacy.never_languages": all_of,
    "privacy.mask_secrets": ordered("always", "hosted", "never"),
    "prompt.prefix_tokens": fewer,
    "prompt.suffix_tokens": fewer,
    "prompt.warm_up": fewer,
    "completion.automatic": fewer,
    "completion.min_prefix": more,
    "completion.in_comments": fewer,
    "completion.in_strings": fewer,
    "completion.candidates": fewer,
    "completion.exclude_files": all_of,
    "completion.exclude_languages": all_of,
    "completion.max_new_tokens": fewer,
    "completion.lines": ordered("single", "auto", "multi"),
    "completion.max_lines": fewer,
    "completion.min_probability": more,
    "completion.line_probability": more,
    "completion.reranking": fewer,
    "completion.speculation": fewer,
    "context.enabled": fewer,
    "context.tokens": fewer,
    "context.min_share": more,
    "context.index": fewer,
    "context.max_files": fewer,
    "context.max_file_kib": fewer,
    "refactor.enabled": fewer,
    "refactor.disabled": all_of,
    "refactor.context_tokens": fewer,
    "refactor.max_new_tokens": fewer,
    "refactor.repair": fewer,
    "refactor.confirm": more,
    "refactor.custom": own_ones_stay,
}
"""All that a workspace may touch, and what it means that no more is sent, written or done."""

A_HUBS = {
    "privacy.hosted",
    "privacy.never_paths",
    "privacy.never_languages",
    "privacy.mask_secrets",
    "prompt.prefix_tokens",
    "prompt.suffix_tokens",
    "prompt.warm_up",
    "completion.candidates",
    "completion.exclude_files",
    "completion.exclude_languages",
    "completion.max_new_tokens",
    "completion.speculation",
    "context.enabled",
    "context.tokens",
    "context.index",
    "refactor.enabled",
    "refactor.disabled",
    "refactor.context_tokens",
    "refactor.max_new_tokens",
}
"""What costs others or guards text: an editor at a hub may only narrow it."""

_RUNS_PROGRAMS = {"refactor.trusted_folders", "refactor.checkers", "refactor.execute"}
"""What a hub never does for anybody, so that its editors have nothing to say about it."""

_OF_DOCUMENTS = ("prompt", "completion", "context", "refactor")
AN_EDITORS = {name for name in FIELDS if name.split(".")[0] in _OF_DOCUMENTS}

_WORDS = st.sampled_from(["", "*", "*.md", ".env", "python", "http://elsewhere", "single", "never"])
_TABLE = st.fixed_dictionaries(
    {"title": _WORDS, "prompt": _WORDS},
    optional={
        "kind": st.sampled_from(["source.fixAll", "quickfix", "refactor.rewrite", "refactor"]),
        "checks": st.sampled_from([[], ["parses"]]),
        "regex": st.just("rm -rf"),
        "confirm": st.booleans(),
    },
)
_JUNK = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _WORDS, st.just([5]))


def values_of(field: attrs.Attribute[Any]) -> st.SearchStrategy[Any]:
    choices = [
        option
        for check in checks_of(field.validator)
        if isinstance(getattr(check, "options", None), list)
        for option in check.options
    ]
    kinds: dict[type, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        int: st.integers(-1, 100_000),
        float: st.floats(0, 1),
        str: st.sampled_from(choices) if choices else _WORDS,
        list: st.lists(_WORDS, max_size=4),
        dict: st.dictionaries(st.sampled_from("abc"), _TABLE | _JUNK, max_size=3),
    }
    return kinds[type(field.default)] | _JUNK


@st.composite
def layer_values(draw: st.DrawFn) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(sorted(FIELDS)), unique=True)):
        table, key = name.split(".")
        values.setdefault(table, {})[key] = draw(values_of(FIELDS[name]))
    return values


def get(settings: Settings, name: str) -> Any:
    table, key = name.split(".")
    return getattr(getattr(settings, table), key)


def test_every_setting_is_classified():
    """A new one is nobody else's until it is entered here, with what being narrower means."""
    for source in ("workspace", "at_hub"):
        assert {FIELDS[name].metadata[source] for name in FIELDS} <= {"never", "narrow", "any"}
    narrow = {name for name in FIELDS if FIELDS[name].metadata["workspace"] != "never"}
    assert narrow == set(NO_MORE)
    assert all(FIELDS[name].metadata["workspace"] == "narrow" for name in narrow)
    assert {name for name in FIELDS if FIELDS[name].metadata["at_hub"] == "narrow"} == A_HUBS
    assert {name for name in FIELDS if FIELDS[name].metadata["at_hub"] == "any"} == (
        AN_EDITORS - A_HUBS - _RUNS_PROGRAMS
    )
    assert all(isinstance(FIELDS[name].metadata["narrowing"], Narrowing) for name in NO_MORE)


def test_what_may_be_narrowed_says_how():
    with pytest.raises(TypeError):
        setting(1, "A number.", unit="lines", workspace="narrow")


@given(user=layer_values(), editor=layer_values(), repository=layer_values())
def test_with_a_workspace_s_file_no_more_is_sent_or_written_than_without(
    user: dict[str, Any], editor: dict[str, Any], repository: dict[str, Any]
):
    own = [Layer(name="user", values=user), Layer(name="editor", values=editor)]
    before, _ = resolve(own)
    now, _ = resolve([*own, Layer(name="w", values=repository, source="workspace")])
    for name in FIELDS:
        if name in NO_MORE:
            assert NO_MORE[name](get(now, name), get(before, name)), name
        else:
            assert get(now, name) == get(before, name), name
    for action in custom_actions(now.refactor.custom)[0]:
        if action.name not in before.refactor.custom:
            assert action.confirm
            assert action.regex is None
            assert action.kind == "refactor" or action.kind.startswith("refactor.")
            assert action.title.startswith(BORROWED)
            assert {CHECKS[each] for each in DEFAULT_CHECKS} <= {*action.checks}


@given(hub=layer_values(), first=layer_values(), later=layer_values())
def test_an_editor_at_a_hub_widens_nothing_that_costs_others_or_guards_text(
    hub: dict[str, Any], first: dict[str, Any], later: dict[str, Any]
):
    before, _ = resolve([Layer(name="hub", values=hub)])
    theirs = [Layer(name="e", values=each, source="at_hub") for each in (first, later)]
    now, _ = resolve([Layer(name="hub", values=hub), *theirs])
    for name in FIELDS:
        if name in A_HUBS:
            assert NO_MORE[name](get(now, name), get(before, name)), name
        elif name not in AN_EDITORS:
            assert get(now, name) == get(before, name), name


def test_an_editor_at_a_hub_takes_back_what_it_narrowed_itself():
    def at(tokens: int) -> Layer:
        return Layer(name="e", values={"completion": {"max_new_tokens": tokens}}, source="at_hub")

    assert resolve([at(10), at(50)])[0].completion.max_new_tokens == 50
    assert resolve([at(10), at(500)])[0].completion.max_new_tokens == 64


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("source", ["workspace", "at_hub"])
def test_who_sets_what_is_not_theirs_is_told(name: str, source: Source):
    if FIELDS[name].metadata[source] == "never":
        table, key = name.split(".")
        values = {table: {key: FIELDS[name].default}}
        (problem,) = resolve([Layer(name="here", values=values, source=source)])[1]
        assert f"{name} is ignored" in problem


@pytest.mark.parametrize(
    ("table", "key", "value", "says"),
    [
        ("refactor", "confirm", False, "stays true: a file in the workspace may only switch it on"),
        ("completion", "max_lines", 20, "stays 8: a file in the workspace may only lower it"),
        ("completion", "lines", "multi", 'stays "auto"'),
    ],
)
def test_a_workspace_that_wants_more_is_told(table: str, key: str, value: Any, says: str):
    layer = Layer(name="w", values={table: {key: value}}, source="workspace")
    settings, (problem,) = resolve([layer])
    assert settings == Settings()
    assert says in problem


def test_a_workspace_s_limit_that_the_user_undercuts_is_no_problem():
    user = Layer(name="u", values={"completion": {"max_lines": 2, "automatic": False}})
    values = {"completion": {"max_lines": 5, "automatic": True}}
    settings, problems = resolve([user, Layer(name="w", values=values, source="workspace")])
    assert (settings.completion.max_lines, settings.completion.automatic) == (2, False)
    assert not problems


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("source", ["own", "workspace", "at_hub"])
def test_no_message_has_a_value_that_was_given(name: str, source: Source):
    """What is wrong may be a key that was put into the wrong place."""
    table, key = name.split(".")
    for wrong in (5550123.5, "5550123 ", ["5550123", 5], {"5550123": 5}, -5550123):
        values = {table: {key: wrong}}
        for problem in resolve([Layer(name="here", values=values, source=source)])[1]:
            assert "5550123" not in problem


@pytest.mark.parametrize("name", [n for n in FIELDS if FIELDS[n].metadata["secret"]])
def test_a_secret_that_stays_is_not_told(name: str):
    table, key = name.split(".")
    secret = "http://me:5550123@host" if name == "engine.url" else "5550123"
    good = Layer(name="a", values={table: {key: secret}})
    settings, problems = resolve([good, Layer(name="b", values={table: {key: 5}})])
    assert get(settings, name) == secret
    assert len(problems) == 1
    assert "5550123" not in problems[0]


def test_what_holds_keys_is_a_secret():
    secret = {name for name in FIELDS if FIELDS[name].metadata["secret"]}
    assert secret == {"engine.url", "engine.extra_key", "hub.token"}
