"""Golden cases of the actions: what each offers, why not, and what it makes of an answer."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from fimls.refactor import Change, Question, Refusal
from fimls.refactor.actions import ACTIONS
from support.actions import ActionCase, read_cases

FOLDER = Path(__file__).parents[2] / "data" / "refactor" / "actions"
CASES = [case for file in sorted(FOLDER.glob("*.txt")) for case in read_cases(file)]
BY_NAME = {action.name: action for action in ACTIONS}


def outcome(case: ActionCase) -> tuple[str, str]:
    """Return the heads that a case should have, as the action sees to it."""
    action = BY_NAME[case.action]
    selection = case.selection
    if action.languages and selection.language not in action.languages:
        return "not offered", ""
    target = action.find(selection)
    if target is None:
        return "not offered", ""
    if target.disabled:
        return "disabled", target.disabled
    asked = action.ask(selection, target)
    answer = case.part("answer")
    if isinstance(asked, Question) and answer is None:
        return "offered", target.title
    made = (
        action.read(selection, target, (answer or ("", ""))[1].rstrip("\n"))
        if isinstance(asked, Question)
        else asked
    )
    if isinstance(made, Refusal):
        return "refused", made.reason
    assert isinstance(made, Change)
    for check in action.checks:
        if complaint := check(made):
            return "refused", complaint
    if made.new_files:
        return f"new file: {made.new_files[0].path}", made.new_files[0].text
    return "result", made.after


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_golden(case: ActionCase) -> None:
    head, said, text = case.parts[-1]
    if head == "new file":
        expected = f"{head}: {said}", text
    elif head == "result":
        expected = head, text
    else:
        expected = head, said
    made = outcome(case)
    assert (made[0], made[1].rstrip("\n")) == (expected[0], expected[1].rstrip("\n"))


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_titles_say_what_happens(case: ActionCase) -> None:
    title = case.part("offered")
    target = BY_NAME[case.action].find(case.selection)
    if title is not None:
        assert target is not None
        assert (target.title, target.disabled) == (title[0], None)
    if target is not None and case.selection.start == case.selection.end:
        assert target.start <= case.selection.start <= target.end + 1 or case.part("problem")


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_what_a_change_makes_of_python_can_be_compiled(case: ActionCase) -> None:
    if case.selection.language == "python" and case.parts[-1][0] == "result":
        ast.parse(case.parts[-1][2])


def test_every_action_has_cases() -> None:
    assert {case.action for case in CASES} == set(BY_NAME)
    assert len(CASES) == len({case.name for case in CASES})
