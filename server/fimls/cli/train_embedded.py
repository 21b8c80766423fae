"""``fimls train-embedded``: trains the embedded model again, from source installed here."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from fimls.cli import Subparsers
from fimls.cli.number_types import positive, real
from fimls.engine.machine_checks import INSTALL
from fimls.errors import FimlsError


def register(subparsers: Subparsers) -> None:
    """Add the command line of this command."""
    parser = subparsers.add_parser(
        "train-embedded", help="train the embedded model again from installed Python source"
    )
    parser.add_argument("folder", type=Path, help="where the model goes; an unfinished run goes on")
    parser.add_argument(
        "--minutes", type=real(0.01), default=90.0, help="wall time of the training"
    )
    parser.add_argument("--device", default="cpu", help="torch device (default: cpu)")
    parser.add_argument("--threads", type=positive, help="processor threads (default: all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--evaluate", action="store_true", help="only measure the model in the folder"
    )
    parser.add_argument(
        "--corpus", type=Path, help="a corpus that was prepared for a GPU, instead of what is here"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train to the end of the time, export, measure, and write the model card."""
    try:
        import torch
    except ImportError as error:
        raise FimlsError(f"Training needs torch: {INSTALL}.") from error
    from fimls.engine.training.corpus import collect, held_out, training
    from fimls.engine.training.corpus_file import read_corpus
    from fimls.engine.training.report import write_report

    if args.threads:
        torch.set_num_threads(args.threads)
    console = Console(stderr=True, markup=False, highlight=False)
    with console.status("Reading installed Python source"):
        sources = read_corpus(args.corpus) if args.corpus else collect()
    size = sum(map(len, training(sources))) / 1e6
    console.print(f"{len(sources)} packages, {size:.1f} million characters to learn from")
    if not args.evaluate:
        _train(args, training(sources), console)
    with console.status("Measuring against held-out files"):
        figures = write_report(args.folder, sources, training(sources), held_out(sources))
    console.print(json.dumps(figures, indent=2))
    return 0


def _train(args: argparse.Namespace, texts: list[str], console: Console) -> None:
    import torch

    from fimls.engine.training.export import export
    from fimls.engine.training.fim import Sampler
    from fimls.engine.training.model_shape import Shape
    from fimls.engine.training.network import Network
    from fimls.engine.training.trainer import Plan, Trainer
    from fimls.engine.training.vocabulary import Vocabulary

    shape, plan = Shape(), Plan(minutes=args.minutes, seed=args.seed)
    if (args.folder / "tokenizer.json").is_file():
        vocabulary = Vocabulary.load(args.folder)
    else:
        args.folder.mkdir(parents=True, exist_ok=True)
        with console.status("Learning the vocabulary"):
            vocabulary = Vocabulary.learn(texts, shape.vocabulary)
        vocabulary.save(args.folder)
    torch.manual_seed(plan.seed)  # pyright: ignore[reportUnknownMemberType]
    network = Network(shape)
    trainer = Trainer(
        network, Sampler(texts, vocabulary, plan.seed), plan, args.folder, args.device
    )
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("training", total=1.0)

        def report(row: dict[str, Any]) -> None:
            told = f"step {row['step']}  loss {row['loss']:.3f}  {row['tokens_a_second']} tokens/s"
            progress.update(task, completed=trainer.progress, description=told)

        trainer.run(report, lambda: export(network, vocabulary, args.folder))
