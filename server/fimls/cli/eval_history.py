"""What the evaluations over repositories' commits have in common."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import attrs

from fimls.cli.eval_common import add_results, configured, progress_bar
from fimls.cli.number_types import positive
from fimls.settings import Settings


def add_repositories(parser: argparse.ArgumentParser, file: str) -> None:
    """Add what is evaluated, and where to; `file` is the default name of the results."""
    option = parser.add_argument
    option("repositories", type=Path, nargs="+", help="clones or bare repositories, with history")
    option("--url", help="address of the engine (default: as configured)")
    option("--seed", type=int, default=1, help="of what is chosen at random (default: 1)")
    option("--prefix-tokens", type=positive, metavar="N", help="default: as configured")
    option("--suffix-tokens", type=positive, metavar="N", help="default: as configured")
    add_results(parser, file)


def history_settings(args: argparse.Namespace) -> Settings:
    """Return the user's settings with what the command line says.

    A search may take its time: what is measured is what is found, not how fast this machine is.
    """
    settings = configured(args.url)
    budget = {"prefix_tokens": args.prefix_tokens, "suffix_tokens": args.suffix_tokens}
    given = {name: value for name, value in budget.items() if value is not None}
    return attrs.evolve(
        settings,
        prompt=attrs.evolve(settings.prompt, **given),
        context=attrs.evolve(settings.context, search_ms=10_000),
    )


class Evaluate(Protocol):
    """Evaluates so many commits, or stretches, of a repository."""

    async def __call__(
        self, repository: Path, folder: Path, *, most: int, advance: Callable[[], None]
    ) -> None:
        """Evaluate those that no result is there of; `folder` is for its files."""
        ...


async def over_repositories(
    repositories: list[Path],
    evaluate: Evaluate,
    what: str,
    *,
    most: int,
) -> None:
    """Evaluate one repository after another, with a bar on standard error.

    Args:
        repositories: the clones.
        evaluate: takes one, an empty folder for its files, how many, and what moves the bar on.
        what: the bar counts.
        most: how many of a repository.
    """
    total = most * len(repositories)
    with progress_bar(what, total=total, done=0) as progress:
        task = progress.task_ids[0]
        for repository in repositories:
            with tempfile.TemporaryDirectory(prefix="fimls-history-") as folder:
                await evaluate(
                    repository, Path(folder), most=most, advance=lambda: progress.advance(task)
                )
