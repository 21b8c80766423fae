"""Editors at a real hub with two real engines, over sockets; one engine is killed and comes back.

    python tests/bench/replicas_of_a_hub.py [--editors 40] [--seconds 180]

Each engine has half of a pool. In the second third of the time one of them is away. Printed are the
shares of the prompts' tokens that were cached in each third, and how many generations failed.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from fimls.engine.preset import load_preset
from fimls.engine.supervisor import Engine

POOL = 159_143
TRACES = sorted(Path(__file__).parents[1].glob("data/traces/*.json"))


def main() -> None:
    """Print what `fimls bench hub` prints, and one line a third."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--editors", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--keys-per-s", type=float, default=0.3)
    args = parser.parse_args()
    os.environ.setdefault("SGLANG_CPU_OMP_THREADS_BIND", "0")
    extra = ["--max-total-tokens", str(POOL // 2)]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        pair = [
            stack.enter_context(Engine.start(load_preset("embedded"), extra=extra))
            for _ in range(2)
        ]
        log = folder / "hub.log"
        command = [sys.executable, "-m", "fimls", "bench", "hub", *map(str, TRACES)]
        command += ["--url", *(engine.url for engine in pair), "--log-file", str(log)]
        command += ["--editors", str(args.editors), "--seconds", str(args.seconds)]
        command += ["--keys-per-s", str(args.keys_per_s)]
        typing = subprocess.Popen(command)
        third = (args.seconds + 10) / 3
        times = [time.time()]
        time.sleep(third)
        times.append(time.time())
        os.killpg(pair[1].pid, signal.SIGKILL)
        time.sleep(third)
        port = int(pair[1].url.rpartition(":")[2])
        stack.enter_context(Engine.start(load_preset("embedded"), port=port, extra=extra))
        times.append(time.time())
        typing.wait(args.seconds + 300)
        for engine, name in zip(pair, ("stays", "goes"), strict=True):
            print(f"{engine.url} {name}")
        entries = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
        for each in entries:
            if each["level"] not in ("info", "debug"):
                print(each["time"], each["message"])
        for name, since, until in zip(
            ("both", "one away", "both again"), times, [*times[1:], time.time()], strict=True
        ):
            show(name, [each for each in entries if since <= moment(each) < until])


def moment(entry: dict[str, Any]) -> float:
    """Return when a line was written, in seconds."""
    return datetime.fromisoformat(entry["time"]).timestamp()


def show(name: str, entries: list[dict[str, Any]]) -> None:
    """Print the cached share of a third's completions, and how they ended."""
    done = [each for each in entries if each.get("kind") == "completion"]
    prompt = sum(each.get("prompt", 0) for each in done)
    cached = sum(each.get("cached", 0) for each in done)
    ends = {end: sum(each["end"] == end for each in done) for end in {e["end"] for e in done}}
    print(f"{name:12} {100 * cached / max(prompt, 1):5.1f} % cached of {len(done)}: {ends}")


if __name__ == "__main__":
    main()
