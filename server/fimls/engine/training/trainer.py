"""Trains the network against the clock: resumable, with progress, exportable at any time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

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
        balance: weight of the experts' imbalance in the loss.
        save_minutes: wall time between checkpoints.
        seed: of weights and data.
    """

    minutes: float = 90.0
    steps: int | None = None
    row_tokens: int = 4096
    learning_rate: float = 3e-3
    balance: float = 0.01
    save_minutes: float = 5.0
    seed: int = 1


class Trainer:
    """One training run; `run` continues from the checkpoint in its folder if there is one."""

    def __init__(
        self, network: Network, sampler: Sampler, plan: Plan, folder: Path, device: str = "cpu"
    ) -> None:
        self.network, self.sampler, self.plan, self.device = (
            network.to(device),
            sampler,
            plan,
            device,
        )
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

    def run(self, report: Callable[[dict[str, Any]], None], on_save: Callable[[], None]) -> None:
        """Train to the end of the plan; `report` gets each step, `on_save` follows a checkpoint."""
        saved = self.seconds
        while self.progress < 1.0:
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
        length = row_length(self.progress)
        rows = [self.sampler.row(length + 1) for _ in range(max(1, self.plan.row_tokens // length))]
        batch = torch.tensor(rows, device=self.device)
        self.network.train()
        logits = self.network(batch[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
        (loss + self.plan.balance * self.network.imbalance()).backward()
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
