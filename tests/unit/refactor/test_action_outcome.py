"""How far an action goes without a model, and how long it waits for a name."""

from __future__ import annotations

import asyncio

import pytest

from fimls.errors import BackendUnreachable
from fimls.refactor import Change, Question, Refusal, Selection, Target
from fimls.refactor.action import Action, Outcome
from fimls.refactor.action_outcome import carried_out
from fimls.refactor.actions.extract_function import EXTRACT_FUNCTION
from fimls.refactor.actions.extract_variable import EXTRACT_VARIABLE
from fimls.refactor.actions.rename import RENAME
from support.selecting import select

VARIABLE = "def area(w, h):\n    return print(<[w * h]>)\n"
METHOD = (
    "class Shape:\n    def new_function(self):\n        <[print(self.w)]>\n        print(self.h)\n"
)
RENAMED = "def area(w, h):\n    <[size]> = w * h\n    return size\n"


def placed(action: Action, text: str) -> tuple[Selection, Target]:
    selection = select(text)
    target = action.find(selection)
    assert target is not None
    assert target.disabled is None
    return selection, target


async def named(action: Action, text: str, outcome: Outcome | Exception, wait_s: float = 0) -> str:
    """Return the text that comes of an action whose model does so after a time."""
    selection, target = placed(action, text)

    async def ask_model(question: Question) -> Outcome:
        await asyncio.sleep(wait_s)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    made = await carried_out(action, selection, target, ask_model)
    assert isinstance(made, Change)
    assert not made.written
    return made.after


def by_model(text: str) -> Change:
    before = select(text).text
    return Change.replacing(before, 0, 0, "# by a model\n", language="python")


async def test_the_name_of_a_model_is_taken_where_it_comes_in_time():
    assert "# by a model" in await named(EXTRACT_VARIABLE, VARIABLE, by_model(VARIABLE))


@pytest.mark.parametrize(
    ("outcome", "wait_s"),
    [
        pytest.param(BackendUnreachable("Nothing listens."), 0, id="no engine"),
        pytest.param(by_model(VARIABLE), 10, id="a slow one"),
        pytest.param(Refusal("`print` has a meaning of its own."), 0, id="a name that is none"),
    ],
)
async def test_else_it_is_a_placeholder(outcome: Outcome | Exception, wait_s: float):
    async with asyncio.timeout(5):
        made = await named(EXTRACT_VARIABLE, VARIABLE, outcome, wait_s)
    assert made == "def area(w, h):\n    new_variable = w * h\n    return print(new_variable)\n"


async def test_a_placeholder_is_a_name_that_is_free():
    made = await named(EXTRACT_FUNCTION, METHOD, Refusal("No."))
    assert "    def new_function_2(self):\n        print(self.w)\n" in made
    assert "        self.new_function_2()\n        print(self.h)\n" in made


async def test_a_better_name_is_a_models_and_no_placeholder():
    selection, target = placed(RENAME, RENAMED)

    async def ask_model(question: Question) -> Outcome:
        raise BackendUnreachable("Nothing listens.")

    with pytest.raises(BackendUnreachable):
        await carried_out(RENAME, selection, target, ask_model)
