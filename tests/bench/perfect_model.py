"""Asks a perfect model at random places of real files, and shows what our own rules make of it.

    python tests/bench/perfect_model.py FOLDER... [--places 20000] [--seed 1] [--examples 3]
        [--behind closed]

Each place is judged by the file that results when the suggestion is accepted: ``exact`` is the file
as it was, ``beginning`` a part of what stood there, ``spoilt`` anything else.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import traceback
from collections import Counter, defaultdict
from pathlib import Path

from support.perfect_model import PerfectModel, Place, files_in, places_of, read
from support.tokenizers import write_tokenizer

OUTCOMES = ("exact", "beginning", "nothing", "spoilt", "crash")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--places", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--examples", type=int, default=3)
    parser.add_argument("--language", action="append")
    parser.add_argument("--behind", choices=("nothing", "rest", "closed"), help="judge only these")
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    files = files_in(arguments.folders)
    languages = [name for name in sorted(files) if name in (arguments.language or files)]
    table: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    rules: dict[tuple[str, str, str], list[tuple[Place, str]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        model = PerfectModel(write_tokenizer(Path(folder)))
        for language in languages:
            for place in some(
                files[language], language, arguments.places // len(languages), chance
            ):
                kind, shown = place.behind if place.kind != "lines" else "(several lines)", ""
                if arguments.behind not in (None, kind):
                    continue
                try:
                    completions = await model.complete(place)
                    outcome = place.judge(completions)
                    for each in completions:
                        shown = f"{each.text!r} over {each.end.column - each.start.column}"
                except Exception:
                    outcome, shown = "crash", traceback.format_exc()
                table[kind, "all"][outcome] += 1
                table[kind, language][outcome] += 1
                if outcome != "exact":
                    rules[kind, outcome, place.why()].append((place, shown))
        await model.aclose()
    show(table, rules, arguments.examples)


def some(paths: list[Path], language: str, number: int, chance: random.Random):
    """Yield so many places of the files, a few of each."""
    paths = list(paths)
    chance.shuffle(paths)
    each = max(4, number // min(len(paths), 400) + 1)
    left, rounds = number, 0
    while left > 0 and rounds < 20:
        rounds += 1
        for path in paths:
            text = read(path)
            if text is None:
                continue
            found = places_of(text, language, f"{path.parent.name}/{path.name}", chance)
            for _, place in zip(range(min(each, left)), found, strict=False):
                left -= 1
                yield place
            if left <= 0:
                return


def show(table, rules, examples: int) -> None:
    """Print the shares, and what is left by the rules that had a say."""
    print(f"{'behind':16} {'language':16} {'places':>7}" + "".join(f"{o:>11}" for o in OUTCOMES))
    for (kind, language), counts in sorted(table.items()):
        total = counts.total()
        shares = "".join(f"{counts[o] / total:11.2%}" for o in OUTCOMES)
        print(f"{kind:16} {language:16} {total:7}{shares}")
    for (kind, outcome, why), found in sorted(rules.items(), key=lambda item: -len(item[1])):
        print(f"\n## {kind}: {outcome}, {why}: {len(found)}")
        for place, shown in found[:examples]:
            line = place.prefix.rpartition("\n")[2]
            print(f"   {place.source} {place.kind}{' runs on' * place.runs_on}")
            print(f"     {line[-60:]!r} | {place.left!r}  below {place.suffix[:60]!r}")
            print(f"     true {place.truth[:160]!r}\n     shown {shown[-400:]}")


if __name__ == "__main__":
    asyncio.run(main())
