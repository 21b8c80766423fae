"""How many lines are right, and how many wrong, at values of `completion.line_probability`.

    python tests/bench/line_ends.py HumanEval-SingleLineInfilling.jsonl.gz \\
        --recorded answers.jsonl --rows 160 --url http://127.0.0.1:30000

Holes of two lines and more; with `--held-out N`, so many of those problems that none of the rows
is of. What the engine writes is kept as far as it is read, so that a second run, with other values
or other rules, asks only what is new; rows that are not kept and that no engine answers are left
out. A line is right while it and all before it are what the hole has; the beginning of a right line
at the end is neither right nor wrong. The plain prompt (raw) is read until it is decided whether it
is exact.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import uuid
from collections import defaultdict
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import aclosing
from pathlib import Path

import attrs

from fimls.backend.base import Backend, GenerateRequest
from fimls.backend.sglang import SGLangBackend
from fimls.completion import CompletionService
from fimls.confidence_intervals import wilson
from fimls.errors import FimlsError
from fimls.evaluation import Plan, RecordedBackend, read_set, settings_for, spans_of
from fimls.evaluation.cursors import Case
from fimls.evaluation.hole_files import HoleSet, Row
from fimls.evaluation.strategies import Pipeline, Strategy
from fimls.settings import Settings

THRESHOLDS = (0.0, 0.1, 0.15, 0.2, 0.25, 0.3)


class Raw:
    """The plain prompt with all text of the row; its answers are whole where they are exact."""

    name = "raw"

    def __init__(self, backend: Backend, settings: Settings) -> None:
        self._backend = backend
        self._settings = settings
        self._service = CompletionService(backend=backend, settings=settings)

    async def ask(
        self, cases: Mapping[str, Case], wanted: Collection[str]
    ) -> AsyncGenerator[tuple[str, str], None]:
        builder = (await self._service.prepare()).builder
        for cursor in wanted:
            case, text = cases[cursor], ""
            prompt = builder.build(case.row.prompt + case.typed, case.row.suffix)
            request = GenerateRequest(
                rid=uuid.uuid4().hex,
                input_ids=prompt.input_ids,
                max_new_tokens=self._settings.completion.max_new_tokens,
                temperature=0.0,
                stop_token_ids=prompt.stop_token_ids,
            )
            async with aclosing(self._backend.stream(request)) as chunks:
                async for chunk in chunks:
                    text += chunk.text
                    size = min(len(text), len(case.truth))
                    if text[:size] != case.truth[:size] or "\n" in text[size:]:
                        break
            yield cursor, text


def counted(shown: str, truth: str) -> tuple[int, int]:
    """Return how many lines are right, and how many wrong."""
    made, wanted = (_lines(text) for text in (shown, truth))
    right = 0
    while right < min(len(made), len(wanted)) and made[right] == wanted[right]:
        right += 1
    rest = made[right:]
    begun = len(rest) == 1 and right < len(wanted) and wanted[right].startswith(rest[0])
    return right, 0 if begun else len(rest)


def _lines(text: str) -> list[str]:
    first, *others = (line.rstrip() for line in text.split("\n"))
    return [*([first] if first else []), *filter(None, others)]


def chosen(args: argparse.Namespace) -> HoleSet:
    """Return the rows, or those of other problems."""
    holes = spans_of(read_set(args.file), 2)
    rows = holes.sample(args.rows, args.seed)
    if args.held_out is None:
        return rows
    seen = {row.prompt + row.middle + row.suffix for row in rows.rows}
    others = (row for row in holes.rows if row.prompt + row.middle + row.suffix not in seen)
    return dataclasses.replace(holes, rows=tuple(others)).sample(args.held_out, args.seed)


async def answers(
    plan: Plan, row: Row, ways: list[Strategy]
) -> list[list[tuple[Case, str]]] | None:
    """Return what each way shows at each cursor, or None if not all is to be had."""
    cases, made = plan.cases(row), None
    try:
        made = [
            [(cases[cursor], text) async for cursor, text in way.ask(cases, tuple(cases))]
            for way in ways
        ]
    except* FimlsError:
        pass
    return made


def report(name: str, made: list[tuple[Case, str]]) -> None:
    """Print the row of a way."""
    lines, exact = list[tuple[int, int]](), defaultdict[str, list[bool]](list)
    for case, text in made:
        exact[case.cursor].append(case.matches(text))
        if text.strip():
            lines.append(counted(text, case.truth))
    shares = ", ".join(f"{c} {wilson(sum(e), len(e)).value:.1f}" for c, e in exact.items())
    if name == Raw.name:
        print(f"raw | | | | | {shares}")
        return
    good = wilson(sum(not wrong for _, wrong in lines), len(lines))
    right, wrong = (sum(line[i] for line in lines) for i in (0, 1))
    print(
        f"{name} | {good.value:.1f} ({good.low:.1f} to {good.high:.1f}) | {right} | {wrong} |"
        f" {wrong / max(right, 1):.2f} | {shares}"
    )


async def main(args: argparse.Namespace) -> None:
    holes = chosen(args)
    plan = Plan(sets=[holes], seed=args.seed, max_new_tokens=args.max_new_tokens, passes=None)
    own = settings_for(plan, holes, Settings())
    backend = RecordedBackend(args.recorded, SGLangBackend(args.url, read_timeout_s=600))
    ways: list[Strategy] = [Raw(backend, own)]
    for least in args.at:
        limits = attrs.evolve(own.completion, line_probability=least)
        asked = attrs.evolve(own, completion=limits)
        ways.append(Pipeline(CompletionService(backend=backend, settings=asked)))
    made = [each for row in holes.rows if (each := await answers(plan, row, ways))]
    print(f"{len(made)} rows, {sum(len(each[0]) for each in made)} cursors")
    print("threshold | nothing wrong, % of what is shown | right lines | wrong | ratio | exact, %")
    for number, name in enumerate([Raw.name, *map(str, args.at)]):
        report(name, [answer for each in made for answer in each[number]])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--recorded", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=160)
    parser.add_argument("--held-out", type=int, metavar="N")
    parser.add_argument("--at", type=float, nargs="+", default=THRESHOLDS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--max-new-tokens", type=int, default=128)
    parser.add_argument("--url", default="http://127.0.0.1:30000")
    asyncio.run(main(parser.parse_args()))
