from __future__ import annotations

from typing import Any

import pytest

from fimls.refactor import Change
from fimls.refactor.checks import CHECKS
from fimls.refactor.custom_actions import DEFAULT_CHECKS, custom_actions
from fimls.refactor.registry import actions_for
from fimls.settings import Layer, RefactorSettings, resolve
from support.selecting import select

GOOD = {"title": "Translate", "prompt": "Translate all comments."}


def test_an_action_of_the_user():
    (action,), problems = custom_actions({"translate": GOOD})
    assert not problems
    assert (action.name, action.kind) == ("translate", "refactor.rewrite")
    assert action.checks == tuple(CHECKS[name] for name in DEFAULT_CHECKS)
    selection = select("a = 1\n<[b = 2  # zwei\n]>")
    target = action.find(selection)
    assert target is not None
    assert target.title == "Translate"
    assert action.ask(selection, target).instruction == "Translate all comments."
    change = action.read(selection, target, "b = 2  # two")
    assert isinstance(change, Change)
    assert change.after == "a = 1\nb = 2  # two\n"


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        (5, "must be a table"),
        ({"title": "x"}, "prompt must be a text"),
        ({**GOOD, "title": " "}, "title must be a text"),
        ({**GOOD, "kind": "navigate"}, "kind must be refactor, quickfix, source"),
        ({**GOOD, "kind": 3}, "kind must be"),
        ({**GOOD, "languages": "go"}, "languages must be a list"),
        ({**GOOD, "checks": ["good"]}, "there is no check good, only "),
        ({**GOOD, "regex": 1}, "regex must be a text"),
        ({**GOOD, "tilte": "x"}, "tilte is not one of its settings"),
    ],
)
def test_what_is_wrong_is_said_and_the_others_stay(table: Any, complaint: str):
    actions, problems = custom_actions({"bad": table, "good": GOOD})
    assert [each.name for each in actions] == ["good"]
    (problem,) = problems
    assert problem.startswith("refactor.custom.bad is left out: ")
    assert complaint in problem


@pytest.mark.parametrize(
    "regex",
    [
        "((((a{0,5}){0,50}){0,50}){0,50}){0,50}",
        "a{99999}",
        "(ab|[^x]{9}){999}",
        "x" * 1_001,
        "(" * 900 + "a" + "{9})" * 30,
    ],
)
def test_a_regex_that_would_starve_the_engine_is_refused(regex: str):
    actions, (problem,) = custom_actions({"x": {**GOOD, "regex": regex}})
    assert not actions
    assert "regex is too large" in problem


@pytest.mark.parametrize("regex", ["[A-Z_]+", "(ab){0,50}", r"\{9999\}", "[{}]{3}", ""])
def test_a_regex_of_usual_size_is_taken(regex: str):
    (action,), problems = custom_actions({"x": {**GOOD, "regex": regex}})
    assert not problems
    assert action.regex == regex


@pytest.mark.parametrize("title", ["a\nb", "a\x1b[2J", "a\u202eb", "x" * 101])
def test_a_title_that_a_menu_would_not_show_as_it_is_is_refused(title: str):
    actions, problems = custom_actions({"x": {**GOOD, "title": title}})
    assert not actions
    assert len(problems) == 1


def borrowed(**table: Any):
    layer = Layer(
        name="w", values={"refactor": {"custom": {"x": {**GOOD, **table}}}}, source="workspace"
    )
    return custom_actions(resolve([layer])[0].refactor.custom)


def test_a_workspace_s_action_says_so_asks_first_and_keeps_the_checks():
    (action,), problems = borrowed(checks=[], title="Organize imports")
    assert not problems
    assert action.title == "Workspace: Organize imports"
    assert action.checks == tuple(CHECKS[name] for name in DEFAULT_CHECKS)
    target = action.find(select("<[a = 1\n]>"))
    assert target is not None
    assert target.confirm


@pytest.mark.parametrize("kind", ["source.organizeImports", "source.fixAll", "quickfix", "source"])
def test_a_workspace_s_action_is_of_no_kind_that_runs_by_itself(kind: str):
    actions, (problem,) = borrowed(kind=kind)
    assert not actions
    assert "kind must be refactor, or one below it" in problem


def test_a_workspace_s_action_does_not_say_what_the_model_writes():
    actions, (problem,) = borrowed(regex="import os")
    assert not actions
    assert "may not have a regex" in problem


def test_no_action_takes_a_name_that_is_taken():
    actions, problems = actions_for(RefactorSettings(custom={"optimise": GOOD}))
    assert [each.name for each in actions].count("optimise") == 1
    assert problems == [
        "refactor.custom.optimise is left out: another action has that name; correct it."
    ]


def test_every_layer_adds_its_own_and_a_workspace_takes_no_name():
    other = {**GOOD, "title": "Other"}
    user = Layer(name="user", values={"refactor": {"custom": {"a": GOOD, "b": GOOD}}})
    editor = Layer(name="editor", values={"refactor": {"custom": {"b": other}}})
    workspace = Layer(
        name="w", values={"refactor": {"custom": {"b": GOOD, "c": GOOD}}}, source="workspace"
    )
    settings, problems = resolve([user, editor, workspace])
    assert problems == [
        "w: refactor.custom.b is ignored, because an action of yours has that name: rename it."
    ]
    assert settings.refactor.custom == {"a": GOOD, "b": other, "c": GOOD}
