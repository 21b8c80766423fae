"""What the first keystroke brings after an engine was replaced, with real models of any size.

Run: PYTHONPATH=tests python tests/bench/replaced_engines.py PRESET=FOLDER PRESET=FOLDER...

Each FOLDER has a checkpoint, which is served as the preset says. SGLang serves one after the other
at one address, under one `fimls serve` and the editors of a hub, who are idle meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from fimls.engine.preset import load_preset
from support.replaced_engines import replaced


async def main() -> None:
    """Print what the editors were told, and what those are told who came later."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", metavar="PRESET=FOLDER")
    parser.add_argument("--editors", type=int, default=10, help="at the hub")
    parser.add_argument("--deadline-ms", type=int, default=20_000, help="how long editors wait")
    args = parser.parse_args()
    pairs = [each.partition("=")[::2] for each in args.models]
    served, models = [(load_preset(name), Path(at)) for name, at in pairs], iter(args.models)
    with tempfile.TemporaryDirectory() as folder:
        async for first in replaced(
            served, Path(folder), editors=args.editors, deadline_ms=args.deadline_ms
        ):
            right = [first.right[0], *[first.right[1]] * args.editors]
            as_right = sum(a == b for a, b in zip(first.answers, right, strict=True))
            instead = [
                told or "NOTHING"
                for answer, told, wanted in zip(first.answers, first.told, right, strict=True)
                if answer != wanted
            ]
            print(
                f"{next(models)}: {as_right} of {len(first.answers)} editors were proposed what"
                f" newcomers are, after {first.seconds:.1f} s; the engine"
                f" {'lives' if first.alive else 'DIED'}; {first.answers[0]} {first.right[0]}",
                *(f"  {instead.count(each)} were told: {each}" for each in dict.fromkeys(instead)),
                sep="\n",
                flush=True,
            )


if __name__ == "__main__":
    asyncio.run(main())
