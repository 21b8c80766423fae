"""A training run that is watched: the weights that are kept are the best on held-out text."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import torch

from fimls.engine.training.export import export
from fimls.engine.training.fim import Sampler
from fimls.engine.training.model_shape import Shape
from fimls.engine.training.network import Network
from fimls.engine.training.prepared import Prepared
from fimls.engine.training.row_pool import RowPool
from fimls.engine.training.trainer import Plan, Trainer

HELD_OUT_ROWS = 64


def train_watched(
    prepared: Prepared,
    shape: Shape,
    plan: Plan,
    rows: RowPool,
    folder: Path,
    device: str,
    until: float,
) -> None:
    """Train to the end of the plan, or until `time.monotonic()` says so; what was begun goes on.

    `folder` gets the checkpoint, a line of ``training.jsonl`` for each step and one of
    ``held_out.jsonl`` for each look at held-out text, and the best weights so far, exported.
    """
    torch.manual_seed(plan.seed)  # pyright: ignore[reportUnknownMemberType]
    torch.set_float32_matmul_precision("high")
    network = Network(shape)
    network.read_by_all_experts()
    own = Sampler(prepared.training, prepared.vocabulary, plan.seed)
    trainer = Trainer(network, own, plan, folder, device, rows)
    measured = _held_out_rows(prepared, plan)
    log = folder / "held_out.jsonl"

    def look() -> None:
        loss = trainer.held_out_loss(measured)
        best = min((each["loss"] for each in _lines(log)), default=float("inf"))
        with log.open("a") as file:
            seen = {"step": trainer.step, "loss": round(loss, 4), "seconds": trainer.seconds}
            file.write(json.dumps(seen) + "\n")
        print(f"step {trainer.step}  held-out loss {loss:.3f}", flush=True)
        if loss < best:
            export(network, prepared.vocabulary, folder)

    told = time.monotonic()

    def report(row: dict[str, Any]) -> None:
        nonlocal told
        if time.monotonic() - told > 10:
            told = time.monotonic()
            figures = (
                f"step {row['step']}  loss {row['loss']:.3f}  {row['tokens_a_second']} tokens/s"
            )
            print(figures, flush=True)

    trainer.run(report, look, until)


def _held_out_rows(prepared: Prepared, plan: Plan) -> list[list[int]]:
    """Rows of the objective, cut from files that nothing is learned from; always the same."""
    sampler = Sampler(prepared.held_out, prepared.vocabulary, plan.seed)
    sampler.rng = random.Random(7)
    return [sampler.row((plan.row_length or 2048) + 1) for _ in range(HELD_OUT_ROWS)]


def _lines(log: Path) -> list[dict[str, Any]]:
    if not log.is_file():
        return []
    return [json.loads(line) for line in log.read_text("utf-8").split("\n") if line]
