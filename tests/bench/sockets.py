"""How many sockets to a running engine one editor needs, who types fast and never rests.

Run: PYTHONPATH=tests python tests/bench/sockets.py http://127.0.0.1:30000 [--keys 3000] [--ms 60]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import math
import tempfile
from pathlib import Path

from fimls.bench.typing_tally import Tally
from support.under_load import Held, Served, hub, serve, typist

STARTS = {"serve": serve, "hub": hub}
REST_S = 8.0
"""After which connections that nobody uses are closed."""


async def typed(served: Served, keys: int, ms: float, url: str = "") -> tuple[Tally, list[Held]]:
    """Type so many keys; returns what the editor saw, and what was held then and after rest."""
    tally = Tally()
    editor = await served.connect(lambda: typist(tally, keys_per_s=1e3 / ms, url=url, cancels=True))
    typing = asyncio.create_task(editor.run(math.inf))
    held: list[Held] = []
    while tally.keys < keys and not typing.done():
        held.append(served.held())
        await asyncio.sleep(0.1)
    typing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await typing
    await asyncio.sleep(REST_S)
    held.append(served.held())
    return tally, held


async def main() -> None:
    """Print the most and the last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--keys", type=int, default=3_000)
    parser.add_argument("--ms", type=float, default=60.0, help="from one key to the next")
    parser.add_argument("--at", choices=STARTS, action="append", help="default: both")
    args = parser.parse_args()
    for name in args.at or STARTS:
        start, url = STARTS[name], args.url if name == "serve" else ""
        with tempfile.TemporaryDirectory() as folder:
            async with start(args.url, Path(folder)) as served:
                tally, held = await typed(served, args.keys, args.ms, url)
        *during, after = held
        most = max(each.sockets for each in during)
        shown = sum(each.outcome == "shown" for each in tally.answers)
        print(
            f"{name}: {tally.keys} keys, {len(tally.answers)} answers, {shown} shown;"
            f" sockets to the engine: at most {most}, after rest {after.sockets};"
            f" descriptors: at most {max(each.descriptors for each in during)},"
            f" after rest {after.descriptors}; {tally.errors or 'no errors'}",
            flush=True,
        )


if __name__ == "__main__":
    asyncio.run(main())
