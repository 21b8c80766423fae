"""What would be shown if fimls asked, or chose, otherwise: collected once, then compared.

    python tests/bench/opinions.py FILE --out answers.jsonl --url URL [--cursors word end]
        [--rows N] [--at-once 8]
    python tests/bench/opinions.py FILE --out answers.jsonl

FILE is a HumanEval-Infilling file of single lines. With --url every cursor's answers are collected,
one JSON line each, with their tokens and the logarithms of their probabilities; an interrupted run
goes on. Without it the ways to choose are compared on what there is, on two halves of the problems:
what is chosen on one half is to be reported on the other.

The prompts: `held` and `plain` are fimls' two, `healed` is the plain one cut back as the held one
is, `raw` has all text as the file has it. `forced` is what the held and the healed prompt say where
they are forced to begin with what is typed. `branches` are the lines that begin as the held answer
could have gone on, if that is at least 0.1 likely.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from fimls.backend.sglang import SGLangBackend
from fimls.completion import Query
from fimls.completion.generation_attempts import _literally
from fimls.completion.post_processing import post_process
from fimls.completion.prompt_layout import PromptLayout
from fimls.completion.served_model import ServedModel, load_served_model
from fimls.completion.stopping import Stopping
from fimls.completion.surroundings import Surroundings
from fimls.evaluation import Case, cases_of, read_set
from fimls.evaluation.strategies import typed_queries
from fimls.prompt import PromptTokenizer, cut_back
from fimls.settings import Settings

BRANCHES, LEAST = 3, 0.1
UNSURE = 0.5
"""Below this joint probability of the held line, a second opinion is asked."""

Answers = dict[str, Any]


class Asker:
    """Asks SGLang for lines with the probabilities of their tokens."""

    def __init__(self, url: str, served: ServedModel) -> None:
        self.http = httpx.AsyncClient(base_url=url, timeout=600)
        self.served = served
        self.stops = set(served.builder.stop_token_ids)

    async def answer(self, ids: tuple[int, ...], begins: str | None = None) -> Answers:
        """Return the greedy answer up to the line's end, the token that ended it included."""
        sampling: dict[str, Any] = {
            "temperature": 0,
            "max_new_tokens": 64,
            "stop": ["\n"],
            "stop_token_ids": sorted(self.stops),
        }
        if begins is not None:
            sampling["regex"] = _literally(begins) + r"[\s\S]*"
        body = {
            "input_ids": list(ids),
            "sampling_params": sampling,
            "return_logprob": True,
            "top_logprobs_num": 4,
            "return_text_in_logprobs": True,
            "extra_key": "opinions",
        }
        response = await self.http.post("/generate", json=body)
        response.raise_for_status()
        said = response.json()
        meta = said["meta_info"]
        tokens = [(t, id_, lp) for lp, id_, t in meta["output_token_logprobs"]]
        tops = [[(t, id_, lp) for lp, id_, t in top] for top in meta["output_top_logprobs"]]
        return {"text": said["text"], "tokens": tokens, "tops": tops}


def forks(held: Answers) -> list[tuple[int, tuple[str, int, float]]]:
    """Return where the answer could have gone another way: the token's number, and the other."""
    found: list[tuple[float, int, tuple[str, int, float]]] = []
    so_far = 0.0
    for at, ((text, id_, lp), top) in enumerate(zip(held["tokens"], held["tops"], strict=True)):
        same = text.partition("\n")[0] + "\n" if "\n" in text else None
        found += [
            (so_far + other[2], at, other)
            for other in top
            if other[1] != id_ and math.exp(so_far + other[2]) >= LEAST
            if same is None or not other[0].startswith(same)
        ]
        so_far += lp
    return [(at, other) for _, at, other in sorted(found, reverse=True)[:BRANCHES]]


async def ask(asker: Asker, layout: PromptLayout, case: Case, query: Query) -> Answers:
    """Ask one cursor in all ways."""
    builder, row = asker.served.builder, case.row
    asked = layout.ask(query)
    held_ids, fragment = asked.prompt.input_ids, asked.fragment
    above, below = row.prompt + case.typed, "\n" * row.ends_line + row.suffix
    _, own = cut_back(above.rpartition("\n")[2], builder.tokenizer)
    assert own == fragment
    healed_ids = builder.build(above[: len(above) - len(own)], below).input_ids
    plain_ids = builder.build(above, below).input_ids
    raw_ids = builder.build(above, row.suffix).input_ids
    held, healed, plain, raw = await asyncio.gather(
        *map(asker.answer, (held_ids, healed_ids, plain_ids, raw_ids))
    )
    forced: Answers = {}
    for way, ids, said in (("held", held_ids, held), ("healed", healed_ids, healed)):
        if not said["text"].startswith(fragment):
            forced[way] = await asker.answer(ids, fragment)
    others: list[Answers] = []
    for at, (text, id_, lp) in forks(held):
        start = held["tokens"][:at]
        head = "".join(t for t, *_ in start)
        if id_ in asker.stops or "\n" in text:
            other = {"text": head + text.split("\n")[0] * (id_ not in asker.stops), "tokens": []}
        else:
            other = await asker.answer((*held_ids, *(i for _, i, _ in start), id_))
            other["text"] = head + text + other["text"]
        others.append(
            {"text": other["text"], "tokens": [*start, (text, id_, lp), *other["tokens"]]}
        )
    return {
        "task": row.task_id,
        "cursor": case.cursor,
        "fragment": fragment,
        "held": held,
        "healed": healed,
        "plain": plain,
        "raw": raw,
        "forced": forced,
        "branches": others,
    }


def behind(answers: Answers, said: Answers) -> str | None:
    """Return what an answer says behind the cursor, or None if it says something else there."""
    text, fragment = said["text"], answers["fragment"]
    return text[len(fragment) :] if text.startswith(fragment) else None


def logprob(said: Answers) -> float:
    return sum(lp for *_, lp in said["tokens"])


def best(answers: Answers, number: int) -> tuple[str, float]:
    """Return the likeliest of the held line and so many branches, and how likely it is."""
    text = behind(answers, answers["held"])
    if text is None:
        said = answers["forced"]["held"]
        return behind(answers, said) or "", logprob(said)
    chosen, least = text, logprob(answers["held"])
    for other in answers["branches"][:number]:
        text = behind(answers, other)
        if text is not None and logprob(other) > least:
            chosen, least = text, logprob(other)
    return chosen, least


def held_else_plain(answers: Answers) -> str:
    text = behind(answers, answers["held"])
    return answers["plain"]["text"] if text is None else text


def second(answers: Answers, way: str) -> str:
    """Ask another prompt where the best of two held lines is unsure; take the likelier answer."""
    text, least = best(answers, 1)
    other = behind(answers, answers["healed"]) if way == "healed" else answers["plain"]["text"]
    unsure = math.exp(least) < UNSURE
    return other if other is not None and unsure and logprob(answers[way]) > least else text


def healed(answers: Answers) -> str:
    said = answers["forced"].get("healed", answers["healed"])
    return behind(answers, said) or ""


WAYS: dict[str, Callable[[Answers], str]] = {
    "plain": lambda answers: answers["plain"]["text"],
    "healed, forced": healed,
    "held, else plain": held_else_plain,
    "held, forced": lambda answers: best(answers, 0)[0],
    "likelier of 2 lines": lambda answers: best(answers, 1)[0],
    "likeliest of 4 lines": lambda answers: best(answers, 3)[0],
    "2 lines, or plain": lambda answers: second(answers, "plain"),
    "2 lines, or healed": lambda answers: second(answers, "healed"),
}


def report(found: list[tuple[Answers, Case, Query]]) -> None:
    """Print the share of exact lines of each way, and its difference from the raw prompt's."""

    def exact(case: Case, query: Query, text: str) -> bool:
        around = Surroundings.of(query)
        stopping = Stopping(around, lines="multi", max_lines=1)
        stopping.feed(text + "\n")
        return case.matches(post_process(stopping.shown, around).suggestion.text)

    for cursor in dict.fromkeys(case.cursor for _, case, _ in found):
        of = [each for each in found if each[1].cursor == cursor]
        halves = [[e for e in of if _half(e[1]) == half] for half in (0, 1)] + [of]
        print(f"{cursor}: exact in % (minus raw), halves of {len(halves[0])} and {len(halves[1])}")
        raws = [sum(c.matches(a["raw"]["text"]) for a, c, _ in half) for half in halves]
        for name, way in {"raw": None, **WAYS}.items():
            figures = ""
            for raw, half in zip(raws, halves, strict=True):
                right = sum(exact(c, q, way(a)) for a, c, q in half) if way else raw
                of_half = max(len(half), 1)
                figures += f"{100 * right / of_half:7.1f} ({100 * (right - raw) / of_half:+5.1f})"
            print(f"  {name:22}{figures}")


def _half(case: Case) -> int:
    """Return the half of a row's problem, so that the lines of one are in the same half."""
    problem = case.row.task_id.rpartition("/")[0]
    return hashlib.sha256(problem.encode()).digest()[0] & 1


async def collect(args: argparse.Namespace, cases: list[tuple[Case, Query]]) -> None:
    backend = SGLangBackend(args.url)
    served = await load_served_model(backend, Settings().model, PromptTokenizer.load)
    asker, layout = Asker(args.url, served), PromptLayout(served, Settings())
    waiting = [each for each in cases if each[0].cursor in args.cursors]
    random.Random(args.seed).shuffle(waiting)
    waiting.sort(key=lambda each: args.cursors.index(each[0].cursor), reverse=True)
    with args.out.open("a", encoding="utf-8") as out:

        async def work() -> None:
            while waiting:
                out.write(json.dumps(await ask(asker, layout, *waiting.pop())) + "\n")
                out.flush()
                print(f"\r{len(waiting)} to go ", end="", flush=True)

        async with asyncio.TaskGroup() as group:
            for _ in range(args.at_once):
                group.create_task(work())
    await backend.aclose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--url")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cursors", nargs="+", default=["word", "end", "inside"])
    parser.add_argument("--at-once", type=int, default=8)
    args = parser.parse_args()
    args.out.touch()
    lines = args.out.read_text("utf-8").split("\n")[:-1]
    done = {(line["task"], line["cursor"]): line for line in map(json.loads, lines)}
    cases = {
        (row.task_id, cursor): (made[cursor], query)
        for row in read_set(args.file).sample(args.rows, args.seed).rows
        for made in [{case.cursor: case for case in cases_of(row, args.seed)}]
        for cursor, query in typed_queries(made)
    }
    if args.url:
        asyncio.run(collect(args, [each for key, each in cases.items() if key not in done]))
    else:
        report([(line, *cases[key]) for key, line in done.items() if key in cases])


if __name__ == "__main__":
    main()
