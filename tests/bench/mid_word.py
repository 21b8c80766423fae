"""Compares what a prompt may do with the word that the cursor stands in, on a real engine.

    python tests/bench/mid_word.py FILE [--url URL] [--rows 200] [--seed 1] [--at-once 8]

FILE is a HumanEval-Infilling file of single lines. Printed is the share of exact rests of the line,
for the cursors of `fimls eval infilling`, all on the same rows in one run, with the plain prompt
beside them. What the ways are, `WAYS` says.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import uuid
from collections import defaultdict
from contextlib import aclosing
from functools import partial
from pathlib import Path

from fimls.backend.base import GenerateRequest
from fimls.backend.sglang import SGLangBackend
from fimls.completion.generation import _literally
from fimls.completion.served import ServedModel, load_served_model
from fimls.evaluation import CURSORS, Case, cases_of, read_set
from fimls.intervals import wilson
from fimls.prompt import PromptTokenizer, cut_back
from fimls.settings import EngineSettings, ModelSettings

WAYS = {
    "plain": "no hold: what is typed stands before the suffix",
    "as typed": "behind the FIM end token, up to the cursor",
    "last token": "up to the last token of what is typed, which is forced",
    "word and blanks": "up to the word and all blanks before it, which are forced",
    "last piece, forced": "up to the tokenizer's last piece, which is forced if it does not come",
    "last piece, else plain": "the same, but asked plainly if it does not come (what fimls does)",
}

_WORD = re.compile(r"[^\S\r\n]*\w*\Z")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--url", default=EngineSettings().url)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=8)
    args = parser.parse_args()
    backend = SGLangBackend(args.url)
    served = await load_served_model(backend, ModelSettings(), PromptTokenizer.load)
    rows = read_set(args.file).sample(args.rows, args.seed).rows
    cases = iter([case for row in rows for case in cases_of(row, args.seed)])
    hits: dict[tuple[str, str], list[bool]] = defaultdict(list)

    async def work() -> None:
        for case in cases:
            for way, text in (await ask(backend, served, case)).items():
                hits[case.cursor, way].append(case.matches(text))

    await asyncio.gather(*[work() for _ in range(args.at_once)])
    await backend.aclose()
    print(f"{served.describe()}; {len(rows)} rows, exact rest of the line in %, 95 % interval")
    for cursor in CURSORS:
        for way in WAYS:
            of = hits[cursor, way]
            rate = wilson(sum(of), len(of))
            shown = f"{rate.value:.1f} ({rate.low:.1f} to {rate.high:.1f})"
            print(f"{cursor:7} {way:24} {shown:22} of {len(of)}")


async def ask(backend: SGLangBackend, served: ServedModel, case: Case) -> dict[str, str]:
    """Return what each way says behind the cursor."""
    builder, row = served.builder, case.row
    tokenizer = builder.tokenizer
    above, newline, line = row.prompt.rpartition("\n")
    typed, suffix = line + case.typed, "\n" * row.ends_line + row.suffix
    held = builder.build(above + newline, suffix)
    generate = partial(_generate, backend, stops=held.stop_token_ids)
    plain = await generate(builder.build(row.prompt + case.typed, row.suffix).input_ids)
    made = {"plain": plain}
    match = _WORD.search(typed)
    assert match
    ids = tokenizer.encode(typed)
    last = tokenizer.decode(ids[-1:])
    cuts = {
        "as typed": (typed, ""),
        "last token": (typed.removesuffix(last), last) if typed.endswith(last) else (typed, ""),
        "word and blanks": (typed[: match.start()], match[0]),
        "last piece, forced": cut_back(typed, tokenizer),
    }
    for way, (read, fragment) in cuts.items():
        prompt = (*held.input_ids, *tokenizer.encode(read))
        text = await generate(prompt)
        agrees = text.startswith(fragment)
        if way == "last piece, forced":
            other = text.removeprefix(fragment) if agrees else plain
            made["last piece, else plain"] = other
        if not agrees:
            text = await generate(prompt, regex=_literally(fragment) + r"[^\n]*")
        made[way] = text.removeprefix(fragment) if text.startswith(fragment) else ""
    return made


async def _generate(
    backend: SGLangBackend,
    ids: tuple[int, ...],
    *,
    stops: tuple[int, ...],
    regex: str | None = None,
) -> str:
    request = GenerateRequest(
        rid=uuid.uuid4().hex,
        input_ids=ids,
        max_new_tokens=64,
        stop_token_ids=stops,
        regex=regex,
        extra_key="mid-word",
    )
    text = ""
    async with aclosing(backend.stream(request)) as chunks:
        async for chunk in chunks:
            text += chunk.text
            if "\n" in text:
                break
    return text.split("\n")[0]


if __name__ == "__main__":
    asyncio.run(main())
