from __future__ import annotations

from typing import Any

import pytest

from fimls.refactor import Change
from fimls.refactor.checks import CHECKS
from fimls.refactor.custom import DEFAULT_CHECKS, custom_actions
from fimls.settings import Layer, resolve
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


def test_every_layer_adds_its_own():
    user = Layer(name="user", values={"refactor": {"custom": {"a": GOOD, "b": GOOD}}})
    other = {**GOOD, "title": "Other"}
    workspace = Layer(
        name="workspace", values={"refactor": {"custom": {"b": other, "c": GOOD}}}, trusted=False
    )
    settings, problems = resolve([user, workspace])
    assert not problems
    assert settings.refactor.custom == {"a": GOOD, "b": other, "c": GOOD}
