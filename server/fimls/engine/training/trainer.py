"""Trains the network against the clock: resumable, with progress, exportable at any time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fimls.engine.training.fim import Sampler
from fimls.engine.training.network import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long and how fast to learn.

    Attributes:
        minutes: wall time of the whole training, over all its runs.
        steps: a number of steps instead of minutes, for tests.
        row_tokens: tokens a step.
        learning_rate: highest rate, for matrices and for the rest alike.
        row_length: tokens a row, where one compiled program reads all; else they become longer.
        bf16: whether products are made in bfloat16; weights and optimizer stay in float32.
        compiled: whether `torch.compile` makes one program of network and loss.
        balance: weight of the experts' imbalance in the loss.
        save_minutes: wall time between checkpoints.
        seed: of weights and data.
    """

    minutes: float = 90.0
    steps: int | None = None
    row_tokens: int = 4096
    row_length: int | None = None
    bf16: bool = False
    compiled: bool = False
    learning_rate: float = 3e-3
    balance: float = 0.01
    save_minutes: float = 5.0
    seed: int = 1


class Rows(Protocol):
    """Where the rows of a step come from, other than from one sampler in this process."""

    def rows(self, step: int, number: int, length: int) -> Sequence[Sequence[int]]:
        """Return so many rows of so many tokens."""
        ...


class Trainer:
    """One training run; `run` continues from the checkpoint in its folder if there is one."""

    def __init__(
        self,
        network: Network,
        sampler: Sampler,
        plan: Plan,
        folder: Path,
        device: str = "cpu",
        rows: Rows | None = None,
    ) -> None:
        """Read the checkpoint of the folder, if there is one; `rows` are taken in place of ours."""
        self.network, self.sampler, self.plan, self.device = (
            network.to(device),
            sampler,
            plan,
            device,
        )
        self._rows = rows
        self._read = torch.compile(self._losses) if plan.compiled else self._losses
        self.step, self.seconds = 0, 0.0
        self._checkpoint = folder / "training.pt"
        self._log = folder / "training.jsonl"
        self._optimizers = _optimizers(network, plan.learning_rate)
        folder.mkdir(parents=True, exist_ok=True)
        if self._checkpoint.exists():
            self._resume()

    @property
    def progress(self) -> float:
        """Share of the plan that is done, from 0 to 1."""
        if self.plan.steps is not None:
            return min(1.0, self.step / self.plan.steps)
        return min(1.0, self.seconds / (60 * self.plan.minutes))

    def run(
        self,
        report: Callable[[dict[str, Any]], None],
        on_save: Callable[[], None],
        until: float = float("inf"),
    ) -> None:
        """Train to the end of the plan; `report` gets each step, `on_save` follows a checkpoint.

        Where `time.monotonic()` says `until` before that, the run is saved, and goes on next time.
        """
        saved = self.seconds
        while self.progress < 1.0 and time.monotonic() < until:
            begun = time.perf_counter()
            row = self._step()
            self.seconds += time.perf_counter() - begun
            row["tokens_a_second"] = round(row["tokens"] / (time.perf_counter() - begun))
            with self._log.open("a") as log:
                log.write(json.dumps(row) + "\n")
            report(row)
            if self.seconds - saved > 60 * self.plan.save_minutes:
                saved = self.seconds
                self.save()
                on_save()
        self.save()
        on_save()

    def _step(self) -> dict[str, Any]:
        rate = self.plan.learning_rate * schedule(self.progress)
        length = self.plan.row_length or row_length(self.progress)
        number = max(1, self.plan.row_tokens // length)
        if self._rows is None:
            rows = [self.sampler.row(length + 1) for _ in range(number)]
        else:
            rows = self._rows.rows(self.step, number, length + 1)
        batch = torch.tensor(rows, device=self.device)
        self.network.train()
        loss, imbalance = self._read(batch)
        (loss + self.plan.balance * imbalance).backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for optimizer in self._optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.step += 1
        return {
            "step": self.step,
            "loss": round(loss.item(), 4),
            "rate": rate,
            "tokens": batch.numel(),
            "seconds": round(self.seconds, 1),
        }

    def _losses(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        with torch.autocast(self.device, torch.bfloat16, enabled=self.plan.bf16):
            logits = self.network(batch[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1).float(), batch[:, 1:].flatten())
        return loss, self.network.imbalance()

    @torch.inference_mode()
    def held_out_loss(self, rows: Sequence[Sequence[int]]) -> float:
        """Return the loss over rows that are not learned from, in nats a token."""
        self.network.eval()
        batches = (torch.tensor([row], device=self.device) for row in rows)
        return sum(self._losses(batch)[0].item() for batch in batches) / len(rows)

    def save(self) -> None:
        """Write everything that is needed to continue, whole or not at all."""
        state = {
            "network": self.network.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self._optimizers],
            "step": self.step,
            "seconds": self.seconds,
            "sampler": self.sampler.rng.getstate(),
            "plan": asdict(self.plan),
        }
        new = self._checkpoint.with_suffix(".new")
        torch.save(state, new)
        new.replace(self._checkpoint)

    def _resume(self) -> None:
        state = torch.load(self._checkpoint, map_location=self.device, weights_only=False)
        self.network.load_state_dict(state["network"])
        for optimizer, saved in zip(self._optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.step, self.seconds = state["step"], state["seconds"]
        self.sampler.rng.setstate(state["sampler"])


def schedule(progress: float) -> float:
    """Return the learning rate's factor: a short rise, a plateau, a straight way down."""
    return min(1.0, progress / 0.01 + 0.02, max(0.0, 1.0 - progress) / 0.5)


def row_length(progress: float) -> int:
    """Return tokens a row: short while the model learns the language, long towards the end."""
    return 512 if progress < 0.7 else 1024 if progress < 0.9 else 2048


def _optimizers(network: Network, rate: float) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the blocks, AdamW for embeddings, head, routers and norms."""
    matrices: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for name, parameter in network.named_parameters():
        inside = parameter.ndim == 2 and name.startswith("blocks.") and "router" not in name
        (matrices if inside else others).append(parameter)
    return [
        torch.optim.Muon(
            matrices, lr=rate, weight_decay=0.05, momentum=0.95, adjust_lr_fn="match_rms_adamw"
        ),
        torch.optim.AdamW(others, lr=rate, betas=(0.9, 0.95), weight_decay=0.0, fused=True),
    ]
