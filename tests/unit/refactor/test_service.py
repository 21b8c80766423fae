"""The service over a scripted engine: what it asks, what it repairs, what it refuses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from fimls.backend.base import Chunk, GenerateRequest, Priority, Usage
from fimls.errors import BackendUnreachable
from fimls.prompt import ChatTemplate, PromptTokenizer
from fimls.refactor import Change, Check, Explanation, Question, Refusal, Selection, Target
from fimls.refactor.action import Outcome
from fimls.refactor.service import RefactorService
from fimls.settings import RefactorSettings
from support.selecting import select
from support.tokenizers import write_tokenizer
from support.toy_backend import ToyBackend


class Engine(ToyBackend):
    """Answers with texts in turn, the last one for ever; ``...`` at an end never ends."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.requests: list[GenerateRequest] = []
        self.left = 0

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer == "down":
            raise BackendUnreachable("Nothing listens.")
        try:
            for piece in answer.split("|"):
                await asyncio.sleep(0)
                yield Chunk(text=piece, usage=Usage())
            if answer.endswith("..."):
                await asyncio.Event().wait()
            yield Chunk(text="", usage=Usage(), finish_reason="length" if "…" in answer else "stop")
        except BaseException:
            self.left += 1
            raise


class Replace:
    """Replaces the selection with an answer that must not say ``bad``."""

    name, kind = "replace", "refactor.rewrite"
    languages: frozenset[str] = frozenset()

    def __init__(self, form: str = "replacement", regex: str | None = None) -> None:
        self.question: Question | Change | Refusal = Question(
            instruction="Do it.",
            form=form,  # pyright: ignore[reportArgumentType]
            regex=regex,
        )

    @property
    def checks(self) -> tuple[Check, ...]:
        def not_bad(change: Change) -> str | None:
            return "It says bad." if "bad" in change.after else None

        return (not_bad,)

    def find(self, selection: Selection) -> Target:
        return Target(start=selection.start, end=selection.end, title="Do")

    def ask(self, selection: Selection, target: Target) -> Question | Change | Refusal:
        return self.question

    def read(self, selection: Selection, target: Target, answer: str) -> Change | Refusal:
        return Change.replacing(
            selection.text, target.start, target.end, answer, language=selection.language
        )


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> ChatTemplate:
    return ChatTemplate(PromptTokenizer.load(str(write_tokenizer(tmp_path_factory.mktemp("m")))))


SELECTION = select("a = 1\n<[b = 2]>\nc = 3\n")


async def carried_out(
    chat: ChatTemplate,
    engine: Engine,
    action: Replace | None = None,
    selection: Selection = SELECTION,
    context_length: int | None = None,
    **settings: object,
) -> Outcome:
    service = RefactorService(
        backend=engine,
        chat=chat,
        settings=RefactorSettings(**settings),  # pyright: ignore[reportArgumentType]
        context_length=context_length,
    )
    action = action or Replace()
    return await service.carry_out(action, selection, action.find(selection))


async def test_a_change_that_passes(chat: ChatTemplate):
    engine = Engine("b = |3")
    outcome = await carried_out(chat, engine)
    assert isinstance(outcome, Change)
    assert (outcome.after, outcome.written) == ("a = 1\nb = 3\nc = 3\n", True)
    (request,) = engine.requests
    assert request.priority == Priority.CODE_ACTION
    assert tuple(request.input_ids) == tuple(request.input_ids)
    assert request.stop_token_ids == chat.end_ids


async def test_progress_is_the_answer_so_far(chat: ChatTemplate):
    said: list[str] = []
    service = RefactorService(backend=Engine("b = |3"), chat=chat, settings=RefactorSettings())
    action = Replace()
    await service.carry_out(action, SELECTION, action.find(SELECTION), progress=said.append)
    assert said == ["b = ", "b = 3", "b = 3"]


async def test_one_repair_with_the_reason_behind_the_first_answer(chat: ChatTemplate):
    engine = Engine("b = bad", "b = 4")
    outcome = await carried_out(chat, engine)
    assert isinstance(outcome, Change)
    assert "b = 4" in outcome.after
    first, second = (tuple(each.input_ids) for each in engine.requests)
    assert second[: len(first)] == first


async def test_after_one_repair_it_is_refused(chat: ChatTemplate):
    engine = Engine("b = bad")
    assert await carried_out(chat, engine) == Refusal("It says bad.", check="not_bad")
    assert len(engine.requests) == 2


async def test_without_repair_it_is_refused_at_once(chat: ChatTemplate):
    engine = Engine("b = bad")
    assert isinstance(await carried_out(chat, engine, repair=False), Refusal)
    assert len(engine.requests) == 1


async def test_an_answer_that_is_cut_off_is_refused_and_not_repaired(chat: ChatTemplate):
    engine = Engine("b = 5…")
    outcome = await carried_out(chat, engine)
    assert isinstance(outcome, Refusal)
    assert "did not come to an end" in outcome.reason
    assert len(engine.requests) == 1


async def test_the_same_text_is_no_change(chat: ChatTemplate):
    assert isinstance(await carried_out(chat, Engine("b = 2")), Refusal)


async def test_a_change_without_a_question_asks_nobody_and_is_checked(chat: ChatTemplate):
    engine, action = Engine("never"), Replace()
    action.question = Change.replacing(SELECTION.text, 6, 11, "b = 7", language="python")
    outcome = await carried_out(chat, engine, action)
    assert isinstance(outcome, Change)
    assert not outcome.written
    action.question = Change.replacing(SELECTION.text, 6, 11, "bad", language="python")
    assert isinstance(await carried_out(chat, engine, action), Refusal)
    assert not engine.requests


async def test_what_touches_other_text_is_refused_whatever_the_action_checks(chat: ChatTemplate):
    action = Replace()
    action.question = Change(before="a\nb\n", after="x\nb\n", start=2, end=3, language="python")
    outcome = await carried_out(chat, Engine("never"), action)
    assert isinstance(outcome, Refusal)
    assert outcome.check == "within_range"


async def test_prose_is_an_explanation(chat: ChatTemplate):
    outcome = await carried_out(chat, Engine("It **adds**."), Replace("prose"))
    assert outcome == Explanation("It **adds**.")


async def test_a_name_is_short_and_constrained(chat: ChatTemplate):
    engine = Engine("total")
    await carried_out(chat, engine, Replace("name", regex="[a-z]+"))
    (request,) = engine.requests
    assert (request.regex, request.max_new_tokens) == ("[a-z]+", 32)


async def test_a_long_part_is_answered_with_blocks(chat: ChatTemplate):
    lines = "".join(f"value_{n} = {n}\n" for n in range(60))
    engine = Engine("<<<<<<< SEARCH\nvalue_7 = 7\n=======\nvalue_7 = 77\n>>>>>>> REPLACE\n")
    selection = select(f"<[{lines}]>")
    outcome = await carried_out(chat, engine, selection=selection, max_new_tokens=600)
    assert isinstance(outcome, Change)
    assert outcome.after == lines.replace("value_7 = 7\n", "value_7 = 77\n")


async def test_a_part_that_does_not_fit_is_refused_with_the_sizes(chat: ChatTemplate):
    selection = select("<[" + "value = 1\n" * 400 + "]>")
    engine = Engine("never")
    outcome = await carried_out(chat, engine, selection=selection, context_length=3_000)
    assert isinstance(outcome, Refusal)
    assert "select less" in outcome.reason
    assert not engine.requests


@pytest.mark.parametrize("context_length", [1_500, 4_096, None])
async def test_prompt_and_answer_fit_the_context(chat: ChatTemplate, context_length: int | None):
    selection = select("x = 1\n" * 3_000 + "<[y = 2]>\n" + "z = 3\n" * 3_000)
    engine = Engine("y = bad")
    await carried_out(chat, engine, selection=selection, context_length=context_length)
    for request in engine.requests:
        used = len(request.input_ids) + request.max_new_tokens
        assert used <= (context_length or 8_000)


async def test_the_deadline_ends_the_generation(chat: ChatTemplate):
    engine = Engine("b = 3...")
    outcome = await carried_out(chat, engine, deadline_ms=20)
    assert isinstance(outcome, Refusal)
    assert "20 ms" in outcome.reason
    assert engine.left == len(engine.requests)


async def test_cancelling_ends_the_generation(chat: ChatTemplate):
    engine = Engine("b = 3...")
    task = asyncio.ensure_future(carried_out(chat, engine))
    while not engine.requests:
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert engine.left == 1


async def test_an_engine_that_fails_says_so(chat: ChatTemplate, tmp_path: Path):
    with pytest.raises(BackendUnreachable):
        await carried_out(chat, Engine("down"))
