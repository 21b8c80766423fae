"""How many lines are right, and how many wrong, at each `completion.line_probability`.

    python tests/bench/line_ends.py HumanEval-SingleLineInfilling.jsonl.gz \\
        --recorded answers.jsonl --rows 160 --url http://127.0.0.1:30000

Holes of two lines and more. What the engine writes is kept in full, so that a second run, with
other thresholds or other rules, asks only what is new. A line is right while it and all before it
are what the hole has; the beginning of a right line at the end is neither right nor wrong.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import defaultdict
from pathlib import Path

import attrs

from fimls.backend.sglang import SGLangBackend
from fimls.completion import CompletionService
from fimls.evaluation import Plan, RecordedBackend, read_set, settings_for, spans_of
from fimls.evaluation.ways import Pipeline
from fimls.intervals import wilson
from fimls.settings import Settings

THRESHOLDS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)


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


async def main(args: argparse.Namespace) -> None:
    holes = spans_of(read_set(args.file), 2).sample(args.rows, args.seed)
    plan = Plan(sets=[holes], seed=args.seed, max_new_tokens=args.max_new_tokens, passes=None)
    own = settings_for(plan, holes, Settings())
    backend = RecordedBackend(args.recorded, SGLangBackend(args.url, read_timeout_s=600))
    print("threshold | nothing wrong, % of what is shown | right lines | wrong lines | exact, %")
    for least in THRESHOLDS:
        limits = attrs.evolve(own.completion, line_probability=least)
        asked = attrs.evolve(own, completion=limits)
        way = Pipeline(CompletionService(backend=backend, settings=asked))
        lines, exact = list[tuple[int, int]](), defaultdict[str, list[bool]](list)
        for row in holes.rows:
            cases = plan.cases(row)
            async for cursor, text in way.ask(cases, tuple(cases)):
                exact[cursor].append(cases[cursor].matches(text))
                if text.strip():
                    lines.append(counted(text, cases[cursor].truth))
        good = wilson(sum(not wrong for _, wrong in lines), len(lines))
        shares = ", ".join(f"{c} {100 * sum(e) / len(e):.1f}" for c, e in exact.items())
        print(
            f"{least} | {good.value:.1f} ({good.low:.1f} to {good.high:.1f}) |"
            f" {sum(right for right, _ in lines)} | {sum(wrong for _, wrong in lines)} | {shares}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--recorded", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=160)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--max-new-tokens", type=int, default=128)
    parser.add_argument("--url", default="http://127.0.0.1:30000")
    asyncio.run(main(parser.parse_args()))
