"""The cases of `fimls eval edits`: each can be solved, and not by anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from fimls.backend.base import Chunk, GenerateRequest, Usage
from fimls.errors import FimlsError
from fimls.evaluation import (
    EditCase,
    EditPlan,
    EditResult,
    Records,
    evaluate_edits,
    read_edit_cases,
    summarise_edits,
)
from fimls.jail import passes, stand_in_program
from fimls.prompt import ChatTemplate, PromptTokenizer
from fimls.refactor import Action
from fimls.refactor.actions import ACTIONS
from fimls.refactor.instruction_action import InstructionAction
from fimls.settings import RefactorSettings
from support.tokenizers import write_tokenizer
from support.toy_backend import ToyBackend

FOLDER = Path(__file__).parents[2] / "data" / "refactor" / "edits"
CASES = read_edit_cases([FOLDER])
BY_NAME: dict[str, Action] = {action.name: action for action in (*ACTIONS, InstructionAction(""))}
ASKING = [case for case in CASES if case.right]


class Says(ToyBackend):
    """An engine that answers each question with one text."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.asked = 0

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        self.asked += 1
        yield Chunk(text=self.answer, usage=Usage(completion_tokens=3), finish_reason="stop")


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> ChatTemplate:
    return ChatTemplate(PromptTokenizer.load(str(write_tokenizer(tmp_path_factory.mktemp("m")))))


Evaluate = Callable[..., object]


@pytest.fixture
def records(tmp_path: Path) -> Records[EditResult]:
    return Records(tmp_path / "out.jsonl", {"fimls": "test"}, EditResult)


def plan(*cases: EditCase, execute: bool = True) -> EditPlan:
    return EditPlan(cases=cases, actions=BY_NAME, passes=passes if execute else None)


async def result_of(
    case: EditCase, answer: str, chat: ChatTemplate, records: Records[EditResult]
) -> EditResult:
    await evaluate_edits(
        plan(case),
        Says(answer),
        chat,
        RefactorSettings(repair=False),
        records,
        context_length=None,
        advance=lambda: None,
    )
    return records[case.name]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
async def test_a_right_answer_is_offered_and_right(
    case: EditCase, chat: ChatTemplate, records: Records[EditResult]
) -> None:
    result = await result_of(case, case.right or "nothing is asked", chat, records)
    assert (result.listed, result.offered, result.reason) == (True, True, "")
    assert result.right


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in ASKING])
async def test_a_wrong_answer_is_refused_or_wrong(
    case: EditCase, chat: ChatTemplate, records: Records[EditResult]
) -> None:
    result = await result_of(case, case.wrong, chat, records)
    assert not result.right
    assert result.offered or result.reason


def test_the_cases_are_many_and_of_every_action() -> None:
    assert len(CASES) >= 60
    assert {case.action for case in CASES} == set(BY_NAME)
    assert len({case.language for case in CASES}) >= 6
    assert min(Counter(case.action for case in CASES).values()) >= 3
    exact = {"convert-loop", "convert-strings", "inline-variable"}
    assert {case.action for case in CASES if not case.right} == exact


async def test_an_interrupted_run_goes_on_where_it_was(chat: ChatTemplate, tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    names = [case for case in CASES if case.action == "rename"]
    engine = Says("total_price")

    async def run(*cases: EditCase) -> Records[EditResult]:
        records = Records(file, {"fimls": "test"}, EditResult)
        await evaluate_edits(
            plan(*cases, execute=False),
            engine,
            chat,
            RefactorSettings(repair=False),
            records,
            context_length=None,
            advance=lambda: None,
        )
        return records

    await run(*names[:2])
    assert engine.asked == 2
    records = await run(*names)
    assert engine.asked == len(names) == len(records)
    *_, everything = findings = summarise_edits(plan(*names, execute=False), records)
    assert [finding.name for finding in findings] == ["rename", "all"]
    assert everything.cases == everything.listed == len(names)
    assert everything.tokens == 3


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("nothing\n", "no cases"),
        ("=== a [python, a.py] fix\na\n", "one cursor"),
        ("=== a [python, a.py] fix\n‸a\n--- what\n", "a part 'what'"),
        ("=== a [python, a.py] fix\n‸a\n--- expect\nis good\n", "'is good'"),
        ("=== a [python, a.py] fix\n‸a\n\n=== a [python, a.py] fix\n‸a\n", "Two cases"),
    ],
)
def test_bad_files_are_refused_in_one_sentence(text: str, complaint: str, tmp_path: Path) -> None:
    file = tmp_path / "cases.txt"
    file.write_text(text, "utf-8")
    with pytest.raises(FimlsError, match=complaint) as error:
        read_edit_cases([file])
    assert "\n" not in str(error.value)
    with pytest.raises(FimlsError, match="cannot be read"):
        read_edit_cases([tmp_path / "none.txt"])


TESTS = """
import math
import pytest
from roots import root


def test_root():
    assert root(2) == pytest.approx(1.41421356)


@pytest.mark.parametrize(("square", "result"), [(4, 2), (9, 3)])
def test_roots(square, result):
    assert root(square) == result


class TestErrors:
    def test_negative(self):
        with pytest.raises(ValueError, match="negative"):
            root(-1)
"""
ROOTS = "def root(n):\n    if n < 0:\n        raise ValueError('negative')\n    return n**0.5\n"


@pytest.mark.parametrize(
    ("module", "works"),
    [
        (ROOTS, True),
        (ROOTS.replace("**0.5", "**0.51"), False),
        (ROOTS.replace("'negative'", "'too small'"), False),
        (ROOTS.replace("raise ValueError", "print"), False),
    ],
)
def test_tests_run_without_pytest(module: str, works: bool) -> None:
    assert passes("", stand_in_program.tests_program("roots", module, TESTS)) is works


def test_no_tests_are_no_success() -> None:
    assert not passes("", stand_in_program.tests_program("roots", ROOTS, "x = 1"))
