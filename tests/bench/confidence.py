"""How often what is shown is right, and how much is shown, by ``completion.min_probability``.

    python tests/bench/confidence.py --url http://127.0.0.1:30000 --rows 100 FILE...

FILE is of HumanEval-Infilling's form. Every cursor is asked once, greedily, with the tokens'
probabilities; the thresholds are then applied to the same answers. *right*: what is shown is what
the file has there, as far as it goes. *characters*: of what would have to be typed, the share that
right suggestions show.
"""

from __future__ import annotations

import argparse
import asyncio
from contextlib import aclosing
from pathlib import Path

import attrs

from fimls.backend.sglang import SGLangBackend
from fimls.completion.generation_attempts import Generator
from fimls.completion.post_processing import post_process
from fimls.completion.prompt_layout import PromptLayout
from fimls.completion.query import Query
from fimls.completion.served_model import load_served_model
from fimls.completion.stopping import Stopping
from fimls.completion.surroundings import Surroundings
from fimls.confidence_intervals import wilson
from fimls.evaluation import cases_of, read_set
from fimls.evaluation.cursors import Case
from fimls.evaluation.strategies import typed_queries
from fimls.prompt import PromptTokenizer
from fimls.settings import Settings

THRESHOLDS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)

Answer = tuple[Case, Query, str, tuple[tuple[str, float], ...]]


async def answers(files: list[Path], rows: int, url: str, at_once: int) -> list[Answer]:
    """Ask every cursor; return what was generated behind it, with the tokens' probabilities."""
    settings = Settings()
    limits = attrs.evolve(settings.completion, min_probability=1e-9)
    backend = SGLangBackend(url)
    made: list[Answer] = []
    try:
        served = await load_served_model(backend, settings.model, PromptTokenizer.load)
        generator, layout = Generator(backend, limits), PromptLayout(served, settings)
        waiting = [row for file in files for row in read_set(file).sample(rows, 1).rows]

        async def work() -> None:
            while waiting:
                cases = {case.cursor: case for case in cases_of(waiting.pop(), 1)}
                for cursor, query in typed_queries(cases):
                    asked = layout.ask(query)
                    stopping = Stopping(
                        Surroundings.of(query), lines="auto", max_lines=limits.max_lines
                    )
                    skip, text, logprobs = len(asked.fragment), "", ()
                    async with aclosing(generator.generate(asked)) as steps:
                        async for step in steps:
                            text, logprobs = step.text[skip:], step.logprobs
                            if stopping.feed(text):
                                break
                    made.append((cases[cursor], query, text, logprobs))
                    print(f"\r{len(made)} completions", end="", flush=True)

        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(work())
    finally:
        await backend.aclose()
    print()
    return made


def shown(answer: Answer, least: float) -> str:
    """Return what an editor would show."""
    _, query, text, logprobs = answer
    around = Surroundings.of(query)
    stopping = Stopping(around, lines="auto", max_lines=8, min_probability=least)
    stopping.feed(text, logprobs)
    return post_process(stopping.shown, around).suggestion.text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--url", required=True)
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--at-once", type=int, default=8)
    args = parser.parse_args()
    made = asyncio.run(answers(args.files, args.rows, args.url, args.at_once))
    print("| threshold | shown | right, of what is shown | characters |\n|---|---|---|---|")
    wanted = sum(len(case.truth) for case, *_ in made)
    for least in THRESHOLDS:
        texts = [(case.truth, shown(answer, least)) for answer in made for case in answer[:1]]
        there = [(truth, text) for truth, text in texts if text]
        right = [text for truth, text in there if truth.startswith(text.rstrip())]
        share, precise = wilson(len(there), len(texts)), wilson(len(right), max(1, len(there)))
        print(
            f"| {least:.2f} | {share.value:.1f} | {precise.value:.1f}"
            f" ({precise.low:.1f} to {precise.high:.1f}) | {sum(map(len, right)) / wanted:.1%} |"
        )


if __name__ == "__main__":
    main()
