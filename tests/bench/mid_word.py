"""Compares what a prompt may do with the word that the cursor stands in, on a real engine.

    python tests/bench/mid_word.py FILE... [--url URL] [--rows 200] [--seed 1] [--at-once 8]

A FILE is a HumanEval-Infilling file of single lines, or a Python module. Of rows the cursors are
those of `fimls eval infilling`; of modules they stand in words of strings and comments, behind an
opened bracket or quote, and in runs of CJK characters, --rows of each kind. Printed are the shares
of exact rests of the line, and of right next 4 characters, all on the same cursors in one run, with
the plain prompt beside them. What the ways are, `WAYS` says.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import random
import re
import tokenize
import uuid
from collections import defaultdict
from collections.abc import Iterable
from contextlib import aclosing
from functools import partial
from pathlib import Path

from fimls.backend.base import GenerateRequest
from fimls.backend.sglang import SGLangBackend
from fimls.completion.generation_attempts import _literally
from fimls.completion.prompt_layout import PromptLayout
from fimls.completion.served_model import ServedModel, load_served_model
from fimls.confidence_intervals import wilson
from fimls.evaluation import Case, Row, cases_of, read_set
from fimls.evaluation.strategies import typed_queries
from fimls.prompt import PromptTokenizer, cut_back
from fimls.settings import EngineSettings, ModelSettings, Settings

WAYS = {
    "plain": "no hold: what is typed stands before the suffix",
    "as typed": "behind the FIM end token, up to the cursor",
    "last token": "up to the last token of what is typed, which is forced",
    "word and blanks": "up to the word and all blanks before it, which are forced",
    "last piece, forced": "up to the tokenizer's last piece, which is forced if it does not come",
    "last piece, else plain": "the same, but asked plainly if it does not come",
    "fimls": "plainly inside words of code, else forced",
}

_NEAR = 4
_INSIDE = re.compile(r"(?<=\w)(?=\w)")
_CJK = re.compile(r"[\u4e00-\u9fff]{6,}")
_WORD = re.compile(r"[^\S\r\n]*\w*\Z")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--url", default=EngineSettings().url)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=8)
    args = parser.parse_args()
    backend = SGLangBackend(args.url)
    served = await load_served_model(backend, ModelSettings(), PromptTokenizer.load)
    wanted: list[Case] = []
    for file in args.files:
        if file.suffix != ".py":
            rows = read_set(file).sample(args.rows, args.seed).rows
            wanted += [case for row in rows for case in cases_of(row, args.seed)]
    modules = [file for file in args.files if file.suffix == ".py"]
    for kind, found in places(modules, random.Random(args.seed)).items():
        wanted += found[: args.rows]
        print(f"{kind}: {len(found[: args.rows])} places")
    cases = iter(wanted)
    hits: dict[tuple[str, str], list[tuple[bool, bool]]] = defaultdict(list)

    async def work() -> None:
        for case in cases:
            for way, text in (await ask(backend, served, case)).items():
                near = text[:_NEAR] == case.truth[:_NEAR]
                hits[case.cursor, way].append((case.matches(text), near))

    await asyncio.gather(*[work() for _ in range(args.at_once)])
    await backend.aclose()
    print(f"{served.describe()}: exact rest of the line, next {_NEAR} characters, in %")
    for cursor in dict.fromkeys(cursor for cursor, _ in hits):
        for way in WAYS:
            of = hits[cursor, way]
            print(f"{cursor:8} {way:24} {_rate(e for e, _ in of):22} {_rate(n for _, n in of):22}")


def places(modules: list[Path], choose: random.Random) -> dict[str, list[Case]]:
    """Return cursors in modules by their kinds, of each module at most one a kind."""
    found: dict[str, list[Case]] = defaultdict(list)
    for module in choose.sample(modules, len(modules)):
        lines = module.read_text("utf-8").split("\n")
        kinds: dict[str, list[tuple[int, int]]] = defaultdict(list)
        try:
            tokens = list(tokenize.generate_tokens(io.StringIO("\n".join(lines)).readline))
        except (tokenize.TokenError, SyntaxError):
            continue
        for token in tokens:
            (line, column), text = token.start, token.string
            inside = [column + m.start() for m in _INSIDE.finditer(text) if m.start() > 1]
            if token.type == tokenize.COMMENT and len(text) > 20 and inside:
                kinds["comment"].append((line, choose.choice(inside)))
            elif token.type == tokenize.STRING and token.end[0] == line and len(text) > 12:
                kinds["opened"].append((line, column + 1))
                kinds["string"] += [(line, at) for at in inside[:1]]
            elif text in ("(", "[", "{"):
                kinds["opened"].append((line, column + 1))
        for number, line in enumerate(lines, 1):
            kinds["cjk"] += [(number, m.start() + m.end() >> 1) for m in _CJK.finditer(line)]
        for kind, at in kinds.items():
            late = [(line, column) for line, column in at if line > 20]
            if late:
                found[kind].append(_case(lines, *choose.choice(late), kind, module.name))
    return found


def _case(lines: list[str], number: int, column: int, kind: str, name: str) -> Case:
    line = lines[number - 1]
    row = Row(
        task_id=f"{name}:{number}:{column}",
        entry_point="f",
        prompt="".join(text + "\n" for text in lines[max(0, number - 80) : number - 1]),
        suffix="\n".join(lines[number : number + 25]),
        middle=line + "\n",
        test="",
    )
    return Case(row=row, cursor=kind, typed=line[:column])


def _rate(of: Iterable[bool]) -> str:
    counted = list(of)
    rate = wilson(sum(counted), len(counted))
    return f"{rate.value:.1f} ({rate.low:.1f} to {rate.high:.1f})"


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
    nothing = Case(row=row, cursor="start", typed="")
    query = dict(typed_queries({"start": nothing, case.cursor: case}))[case.cursor]
    asked = PromptLayout(served, Settings()).ask(query)
    plainly = asked.plain is not None and asked.plain() is not None
    made["fimls"] = made["last piece, else plain" if plainly else "last piece, forced"]
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
