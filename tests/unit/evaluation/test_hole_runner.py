"""A run over a scripted engine: what it asks, judges, keeps, and does not do twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fimls.backend.base import Chunk, GenerateRequest, Usage
from fimls.errors import BackendRejected, BackendUnreachable, FimlsError
from fimls.evaluation import (
    CURSORS,
    OTHERS,
    Plan,
    Records,
    Result,
    evaluate,
    read_set,
    summarise,
)
from fimls.jail import passes
from fimls.prompt import PromptTokenizer
from fimls.settings import Settings
from support.toy_backend import ToyBackend

HEADER = {"model": "toy", "seed": 1}


class KnowingBackend(ToyBackend):
    """Answers the row's middle wherever a prompt has its prefix; knows nothing else."""

    def __init__(self, tokenizer: PromptTokenizer, rows: list[dict[str, Any]]) -> None:
        self.tokenizer = tokenizer
        self.rows = rows
        self.requests: list[GenerateRequest] = []
        self.fails_after: int | None = None
        self.refuses = False

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        self.requests.append(request)
        if self.fails_after is not None and len(self.requests) > self.fails_after:
            raise BackendUnreachable("It is gone.")
        prompt = self.tokenizer.decode(request.input_ids)
        if self.refuses and self.raw(prompt):
            raise BackendRejected("Too long.")
        [row] = [row for row in self.rows if row["prompt"] in prompt]
        middle = row["canonical_solution"]
        # The raw prompt has the typed part before the suffix, the pipeline's behind it.
        before = prompt.split("<｜fim▁hole｜>")[0] + prompt.split("<｜fim▁end｜>")[1]
        typed = before.split(row["prompt"])[1]
        assert middle.startswith(typed)
        answer = middle[len(typed) :] + "more\nmore"
        for tokens in range(1, len(answer) + 1):
            await asyncio.sleep(0)  # readers read while it is generated
            yield Chunk(text=answer[tokens - 1], usage=Usage(completion_tokens=tokens))

    @staticmethod
    def raw(prompt: str) -> bool:
        """Whether a prompt is not the pipeline's, whose suffix begins with the line's end."""
        return "<｜fim▁hole｜>\n" not in prompt


@pytest.fixture
def plan(rows: list[dict[str, Any]], write_rows: Callable[..., Path]) -> Plan:
    return Plan(sets=[read_set(write_rows(rows))], seed=1, max_new_tokens=None, passes=passes)


@pytest.fixture
def tokenizer(tokenizer_folder: Path) -> PromptTokenizer:
    return PromptTokenizer.load(str(tokenizer_folder))


@pytest.fixture
def backend(tokenizer: PromptTokenizer, rows: list[dict[str, Any]]) -> KnowingBackend:
    return KnowingBackend(tokenizer, rows)


async def run(plan: Plan, backend: KnowingBackend, out: Path) -> tuple[Records, int]:
    """Return the records, and how many results were new."""
    new: list[None] = []
    records = Records(out, HEADER, Result)
    await evaluate(
        plan,
        backend,
        Settings(),
        records,
        advance=lambda: new.append(None),
        load_tokenizer=lambda _: backend.tokenizer,
    )
    return records, len(new)


async def test_a_model_that_knows_is_all_right_both_ways(
    plan: Plan, backend: KnowingBackend, tmp_path: Path
) -> None:
    records, new = await run(plan, backend, tmp_path / "out.jsonl")

    assert new == len(records) == len(plan.expected()) == 2 * 4 * 2
    for key in plan.expected():
        assert records[key].exact, key
        assert records[key].passed, key
    findings = summarise(plan, records)
    assert [(f.cursor, f.measure) for f in findings] == [
        (cursor, measure) for cursor in CURSORS for measure in ("exact match", "pass@1")
    ]
    assert all(f.pipeline.value == f.other.value == 100 for f in findings)
    assert all(f.difference.value == 0 and f.difference.rows == 2 for f in findings)


async def test_the_pipeline_types_behind_its_hold_and_the_raw_prompt_holds_nothing(
    plan: Plan, backend: KnowingBackend, tmp_path: Path
) -> None:
    await run(plan, backend, tmp_path / "out.jsonl")

    assert {request.max_new_tokens for request in backend.requests} == {64}
    assert {request.temperature for request in backend.requests} == {0.0}
    for row in plan.sets[0].rows:
        prompts = [backend.tokenizer.decode(request.input_ids) for request in backend.requests]
        prompts = [prompt for prompt in prompts if row.prompt in prompt]
        # The document already has the end of the line that is about to be written.
        held = f"{row.prompt}<｜fim▁hole｜>\n{row.suffix}<｜fim▁end｜>"
        assert sum(held in prompt for prompt in prompts) == 4
        typed = [case.typed for case in plan.cases(row).values()]
        for text in typed:
            plain = f"{row.prompt}{text}<｜fim▁hole｜>{row.suffix}<｜fim▁end｜>"
            assert sum(prompt.endswith(plain) for prompt in prompts) == 1


async def test_a_second_run_asks_nothing(
    plan: Plan, backend: KnowingBackend, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl"
    first, _ = await run(plan, backend, out)
    asked, written = len(backend.requests), out.read_bytes()

    again, new = await run(plan, backend, out)

    assert new == 0
    assert len(backend.requests) == asked
    assert out.read_bytes() == written
    assert summarise(plan, again) == summarise(plan, first)


async def test_rows_side_by_side_have_the_same_results(
    plan: Plan, backend: KnowingBackend, tmp_path: Path
) -> None:
    alone, _ = await run(plan, backend, tmp_path / "alone.jsonl")
    most, asking = 0, 0
    answer = backend.stream

    async def slow(request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        nonlocal most, asking
        asking += 1
        most = max(most, asking)
        try:
            await asyncio.sleep(0)
            async for chunk in answer(request):
                yield chunk
        finally:
            asking -= 1

    backend.stream = slow
    both, _ = await run(replace(plan, at_once=2), backend, tmp_path / "both.jsonl")

    assert most == 2
    assert {key: both[key] for key in plan.expected()} == {
        key: alone[key] for key in plan.expected()
    }


async def test_one_row_that_fails_ends_the_run_with_its_sentence(
    plan: Plan, backend: KnowingBackend, tmp_path: Path
) -> None:
    backend.fails_after = 3
    with pytest.raises(BackendUnreachable, match=r"It is gone\."):
        await run(replace(plan, at_once=2), backend, tmp_path / "out.jsonl")


@pytest.mark.parametrize("asked", range(1, 16))
async def test_an_interrupted_run_goes_on_to_the_same_results(
    plan: Plan, backend: KnowingBackend, tmp_path: Path, asked: int
) -> None:
    plan = Plan(sets=plan.sets, seed=plan.seed, max_new_tokens=None, passes=None)
    whole, _ = await run(plan, backend, tmp_path / "whole.jsonl")
    out = tmp_path / "out.jsonl"
    backend.fails_after = len(backend.requests) + asked
    with pytest.raises(BackendUnreachable):
        await run(plan, backend, out)
    with out.open("a") as file:
        file.write('{"set": "own", "ta')  # as a kill in mid-write leaves it
    backend.fails_after = None

    records, new = await run(plan, backend, out)

    assert new == 16 - asked
    assert {key: records[key] for key in plan.expected()} == {
        key: whole[key] for key in plan.expected()
    }
    assert all(json.loads(line) for line in out.read_text().split("\n")[:-1])


async def test_a_prompt_that_the_engine_refuses_is_a_miss_and_said_so(
    plan: Plan, backend: KnowingBackend, tmp_path: Path
) -> None:
    backend.refuses = True
    records, _ = await run(plan, backend, tmp_path / "out.jsonl")
    for set_name, task, cursor, way in plan.expected():
        made = records[set_name, task, cursor, way]
        if way == "raw":
            assert (made.text, made.exact, made.passed) == ("", False, False)
            assert made.refused == "Too long."
        else:
            assert made.exact
            assert made.refused is None


async def test_without_execution_there_is_no_pass(
    plan: Plan, backend: KnowingBackend, tmp_path: Path
) -> None:
    plan = Plan(sets=plan.sets, seed=1, max_new_tokens=None, passes=None)
    records, _ = await run(plan, backend, tmp_path / "out.jsonl")
    assert {f.measure for f in summarise(plan, records)} == {"exact match"}


@pytest.mark.parametrize("against", OTHERS)
def test_both_ways_have_their_keys(plan: Plan, against: str) -> None:
    plan = replace(plan, against=against)
    assert {key[3] for key in plan.expected()} == {"pipeline", against}


async def test_what_nothing_ends_is_not_ended_and_costs_more(
    plan: Plan, backend: KnowingBackend, tmp_path: Path
) -> None:
    plan = replace(plan, against="fixed")
    records, _ = await run(plan, backend, tmp_path / "out.jsonl")

    prompts = [backend.tokenizer.decode(request.input_ids) for request in backend.requests]
    assert not any(map(backend.raw, prompts))
    for finding in summarise(plan, records):
        assert finding.pipeline.value == 100
        assert finding.measure == "exact match" or finding.other.value == 0
        assert 0 < finding.pipeline_tokens < finding.other_tokens
    fixed = [records[key] for key in plan.expected() if key[3] == "fixed"]
    assert all(made.text.endswith("more") for made in fixed)


def test_results_of_another_run_do_not_mix(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    Records(out, HEADER, Result)
    with pytest.raises(FimlsError, match="other seed") as raised:
        Records(out, {**HEADER, "seed": 2}, Result)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("content", ["something else\n", "[]\n", "\ufffd\n{}\n"])
def test_a_file_of_something_else_is_not_written_to(tmp_path: Path, content: str) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text(content)
    with pytest.raises(FimlsError, match="give another --out"):
        Records(out, HEADER, Result)
    assert out.read_text() == content


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(FimlsError, match="cannot hold the results"):
        Records(tmp_path / "none" / "out.jsonl", HEADER, Result)
