"""One run over sets of holes: asks every cursor both ways, judges the answers, keeps results."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

import attrs

from fimls.backend.base import Backend
from fimls.completion import CompletionService
from fimls.completion.served_model import LoadTokenizer
from fimls.errors import BackendRejected
from fimls.evaluation.cursors import Case, cases_of
from fimls.evaluation.hole_files import HoleSet, Row
from fimls.evaluation.result_file import Key, Records, Result
from fimls.evaluation.strategies import Fixed, Pipeline, Raw, Strategy
from fimls.evaluation.token_counts import CountingBackend
from fimls.jail import Passes
from fimls.prompt import PromptTokenizer
from fimls.settings import Settings

_LINE_TOKENS, _SPAN_TOKENS = 64, 256
"""Tokens that one line, and a span of lines, may take where nothing else is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be run.

    Attributes:
        sets: the rows.
        seed: decides where the cursors stand, and which way is asked first.
        max_new_tokens: bound on generated tokens; None takes 64, or 256 where middles have lines.
        passes: tells whether a program works, in a thread; None executes nothing.
        at_once: rows that are asked side by side; the cursors of one row come one after another.
        against: the way that the pipeline is compared with: ``raw`` or ``fixed``.
    """

    sets: Sequence[HoleSet]
    seed: int
    max_new_tokens: int | None
    passes: Passes | None
    at_once: int = 1
    against: str = Raw.name

    @property
    def ways(self) -> tuple[str, str]:
        """The names of the two ways."""
        return Pipeline.name, self.against

    def expected(self) -> list[Key]:
        """Return what a finished run has results for."""
        return [
            (holes.name, row.task_id, cursor, way)
            for holes in self.sets
            for row in holes.rows
            for cursor in self.cases(row)
            for way in self.ways
        ]

    def cases(self, row: Row) -> dict[str, Case]:
        """Return the cursors of a row by their kind."""
        return {case.cursor: case for case in cases_of(row, self.seed)}


def settings_for(plan: Plan, holes: HoleSet, settings: Settings) -> Settings:
    """Return the settings for one set: greedy, with room for its longest middle and no more."""
    tokens = plan.max_new_tokens or (_LINE_TOKENS if holes.lines == 1 else _SPAN_TOKENS)
    limits = attrs.evolve(
        settings.completion,
        lines="multi",  # how many lines are wanted, the set says
        max_lines=holes.lines,
        max_new_tokens=tokens,
        temperature=0.0,
        candidates=1,
        reuse=False,  # each cursor is asked, whatever was asked before it
    )
    return attrs.evolve(settings, completion=limits)


async def evaluate(
    plan: Plan,
    backend: Backend,
    settings: Settings,
    records: Records[Result],
    *,
    advance: Callable[[], None],
    load_tokenizer: LoadTokenizer = PromptTokenizer.load,
) -> None:
    """Bring the records to where they have every result of the plan.

    Args:
        plan: what is to be run.
        backend: the engine; both ways ask it. It stays open.
        settings: what the pipeline runs with; `settings_for` says what of it changes.
        records: where results go, and which are there.
        advance: called after every new result.
        load_tokenizer: stands in for the tokenizer in tests.

    Raises:
        FimlsError: the engine cannot be used now; what has been made is in the records.
    """
    for holes in plan.sets:
        own = settings_for(plan, holes, settings)
        counted = CountingBackend(backend)
        service = CompletionService(backend=counted, settings=own, load_tokenizer=load_tokenizer)
        other = Raw if plan.against == Raw.name else Fixed
        ways: tuple[Strategy, ...] = (Pipeline(service), other(service, counted, own))
        rows = iter(holes.rows)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(plan.at_once):
                    group.create_task(_rows(plan, holes, rows, ways, records, advance))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None  # the first row to fail has ended the others


async def _rows(
    plan: Plan,
    holes: HoleSet,
    rows: Iterator[Row],
    ways: tuple[Strategy, ...],
    records: Records[Result],
    advance: Callable[[], None],
) -> None:
    """Take rows, which others take too, until there are none."""
    for row in rows:
        cases = plan.cases(row)
        for way in random.Random(f"{plan.seed}:{row.task_id}").sample(ways, len(ways)):
            async for result in _results(plan, holes, way, cases, records):
                records.add(result)
                advance()


async def _results(
    plan: Plan, holes: HoleSet, way: Strategy, cases: Mapping[str, Case], records: Records[Result]
) -> AsyncGenerator[Result, None]:
    """Ask what the records do not have yet."""
    keys = {c: (holes.name, case.row.task_id, c, way.name) for c, case in cases.items()}
    missing = [cursor for cursor, key in keys.items() if key not in records]
    if not missing:
        return
    count = CountingBackend.count()
    try:
        async with aclosing(way.ask(cases, tuple(missing))) as made:
            async for cursor, text in made:
                tokens = count.take()
                if cursor in missing:
                    missing.remove(cursor)
                    yield await _judge(plan, holes, way, cases[cursor], text, tokens=tokens)
    except BackendRejected as error:
        # The prompt is longer than the model's context: that way has no answer here.
        for cursor in missing:
            yield await _judge(plan, holes, way, cases[cursor], "", refused=str(error))


async def _judge(
    plan: Plan,
    holes: HoleSet,
    way: Strategy,
    case: Case,
    text: str,
    *,
    tokens: int = 0,
    refused: str | None = None,
) -> Result:
    passed = None
    if plan.passes is not None:
        passed = await asyncio.to_thread(plan.passes, case.program(text), case.tests)
    return Result(
        set=holes.name,
        task=case.row.task_id,
        cursor=case.cursor,
        way=way.name,
        text=text,
        exact=case.matches(text),
        passed=passed,
        refused=refused,
        tokens=tokens,
    )
