from __future__ import annotations

from dataclasses import dataclass

import pytest

from fimls.refactor import Change, Check, Question, Selection, Target
from fimls.refactor.action_listing import offers
from fimls.refactor.actions import ACTIONS
from fimls.refactor.registry import actions_for
from fimls.settings import RefactorSettings
from support.selecting import select


@dataclass(frozen=True, kw_only=True)
class Scripted:
    name: str
    kind: str = "refactor.rewrite"
    languages: frozenset[str] = frozenset()
    checks: tuple[Check, ...] = ()
    found: Target | Exception | None = None

    def find(self, selection: Selection) -> Target | None:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found

    def ask(self, selection: Selection, target: Target) -> Question:
        raise AssertionError("listing asks nothing")

    def read(self, selection: Selection, target: Target, answer: str) -> Change:
        raise AssertionError("listing reads nothing")


HERE = Target(start=0, end=1, title="Do")
NOT_HERE = Target(start=0, end=1, title="Do", disabled="It is too late.")

ALL = (
    Scripted(name="extract", kind="refactor.extract.function", found=HERE),
    Scripted(name="nothing"),
    Scripted(name="go", languages=frozenset({"go"}), found=HERE),
    Scripted(name="fails", found=RuntimeError("secret")),
    Scripted(name="late", found=NOT_HERE),
    Scripted(name="fix", kind="quickfix", found=HERE),
)


@pytest.mark.parametrize(
    ("only", "with_disabled", "names"),
    [
        ((), True, ["extract", "late", "fix"]),
        ((), False, ["extract", "fix"]),
        (("refactor",), True, ["extract", "late"]),
        (("refactor.extract",), True, ["extract"]),
        (("refactor.ext",), True, []),
        (("quickfix", "refactor.rewrite"), True, ["late", "fix"]),
        (("",), True, ["extract", "late", "fix"]),
    ],
)
def test_offers(
    only: tuple[str, ...],
    with_disabled: bool,
    names: list[str],
    caplog: pytest.LogCaptureFixture,
):
    found = offers(ALL, select("a<|>b"), only=only, with_disabled=with_disabled)
    assert [offer.action.name for offer in found] == names
    assert "secret" not in caplog.text


def test_the_users_actions_come_last_and_names_can_be_switched_off():
    custom = {"mine": {"title": "Mine", "prompt": "Do it."}}
    actions, problems = actions_for(RefactorSettings(custom=custom))
    assert not problems
    assert [each.name for each in actions] == [*(each.name for each in ACTIONS), "mine"]
    off = RefactorSettings(custom=custom, disabled=["mine", "nobody"])
    actions, problems = actions_for(off)
    assert actions == ACTIONS
    assert problems == ["refactor.disabled names 'nobody', and there is no such action."]
