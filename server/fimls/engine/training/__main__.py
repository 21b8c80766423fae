"""``python -m fimls.engine.training``: the training on a machine with a GPU, in two parts.

``prepare FOLDER`` writes the corpus, the vocabulary and the libraries that reading it takes, on a
machine with packages; ``train FOLDER OUT`` needs PyTorch, that folder and nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import threading
import time
from dataclasses import replace
from pathlib import Path

from fimls.engine.training.model_shape import LARGE, Shape

BEFORE_THE_END_S = 45
"""Kept free at the end: to save, to measure and to export."""

LAST_S = 5
"""Where that took longer, the process ends so long before its limit: files on disk are whole."""


def main() -> None:
    """Read the command line, and do it."""
    begun = time.monotonic()
    parser = argparse.ArgumentParser(prog="python -m fimls.engine.training", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")
    prepare = commands.add_parser("prepare", help="write corpus, vocabulary and libraries")
    prepare.add_argument("folder", type=Path)
    prepare.add_argument(
        "--packages",
        type=Path,
        action="append",
        default=[],
        help="a folder of unpacked source packages in any language (node_modules, cargo's "
        "registry/src/*, what apt-get source made); may be given several times",
    )
    train = commands.add_parser("train", help="train; what was begun in OUT goes on")
    train.add_argument("folder", type=Path, help="what `prepare` wrote")
    train.add_argument("out", type=Path, help="where weights, checkpoint and figures go")
    train.add_argument("--limit-s", type=float, default=570, help="seconds until this ends itself")
    train.add_argument("--minutes", type=float, default=8.5, help="training in all, over all runs")
    train.add_argument("--steps", type=int, help="a number of steps instead of minutes")
    train.add_argument("--device", default="cuda")
    train.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    train.add_argument("--row-tokens", type=int, default=131_072, help="tokens a step")
    train.add_argument("--row-length", type=int, default=2048, help="tokens a row")
    train.add_argument("--shape", type=json.loads, default={}, help="JSON: what differs from LARGE")
    train.add_argument("--no-compile", action="store_true")
    for command in (prepare, train):
        command.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if args.command == "prepare":
        from fimls.engine.training.prepared import prepare as write

        write(args.folder, args.packages, LARGE.vocabulary)
    else:
        end = threading.Timer(args.limit_s - LAST_S, os._exit, [3])
        end.daemon = True
        end.start()
        _train(args, replace(LARGE, **args.shape), begun + args.limit_s - BEFORE_THE_END_S)


def _train(args: argparse.Namespace, shape: Shape, until: float) -> None:
    from fimls.engine.training.prepared import Prepared
    from fimls.engine.training.row_pool import RowPool
    from fimls.engine.training.trainer import Plan
    from fimls.engine.training.watched import train_watched

    prepared = Prepared.read(args.folder)
    plan = Plan(
        minutes=args.minutes,
        steps=args.steps,
        row_tokens=args.row_tokens,
        row_length=args.row_length,
        bf16=True,
        compiled=not args.no_compile,
        save_minutes=1.0,
        seed=args.seed,
    )
    # Forked before anything is on the GPU.
    with RowPool(prepared.training, prepared.vocabulary, args.seed, args.processes) as rows:
        train_watched(prepared, shape, plan, rows, args.out, args.device, until)


if __name__ == "__main__":
    main()
