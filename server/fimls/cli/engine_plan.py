"""``fimls engine plan``: what it takes to serve so many users."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import attrs
from rich.console import Console
from rich.table import Table

from fimls.cli import plan_simulated
from fimls.cli.figures_table import figures_table
from fimls.cli.number_types import real, whole
from fimls.engine.model_memory import cache_of
from fimls.engine.preset import Preset, list_presets, load_preset
from fimls.errors import ConfigurationError
from fimls.settings import CompletionSettings, PromptSettings

if TYPE_CHECKING:
    from fimls.engine.capacity_plan import CapacityPlan


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the plan to those of `fimls engine`."""
    prompt = PromptSettings()
    group = parser.add_argument_group(
        "fimls engine plan", "which preset, and how many replicas, hold the prompts of a team"
    )
    group.add_argument(
        "--users", type=whole(1, 10_000_000), metavar="N", help="who work at the same time"
    )
    group.add_argument(
        "--prompt-tokens",
        type=whole(1, 1_000_000),
        metavar="N",
        default=prompt.prefix_tokens + prompt.suffix_tokens,
        help="of the longest prompt (default: what the settings allow, %(default)s)",
    )
    group.add_argument(
        "--places",
        type=whole(1, 1_000),
        default=4,
        metavar="N",
        help="that a user goes back and forth between (default: %(default)s)",
    )
    group.add_argument(
        "--gpus", type=whole(1, 10_000), metavar="N", help="of a replica, for the preset's"
    )
    group.add_argument(
        "--gpu-gb", type=real(1, 10_000), metavar="GB", help="of each, for the preset's"
    )
    plan_simulated.add(parser)


def run(args: argparse.Namespace) -> int:
    """Compute and show."""
    from fimls.engine.capacity_plan import Workload, plan

    if args.users is None:
        raise ConfigurationError("A plan needs a number of users: give --users N.")
    work = Workload(
        prompt_tokens=args.prompt_tokens,
        places=args.places,
        new_tokens=CompletionSettings().max_new_tokens,
    )
    presets = [load_preset(args.preset)] if args.preset else [p for p in list_presets() if p.sizes]
    if args.model:
        presets = [_of_model(preset, Path(args.model)) for preset in presets]
    plans = [
        plan(preset, args.users, work, gpus=args.gpus, gpu_gb=args.gpu_gb) for preset in presets
    ]
    if args.simulate:
        plan_simulated.run(args, plans)
        return 0
    console = Console(markup=False, highlight=False)
    console.print(_table(plans, args.users))
    console.print(
        f"A user: {work.places} places with prompts of {work.prompt_tokens:,} tokens and"
        f" {work.running} generations of {work.new_tokens} behind each, {work.cached_tokens:,}"
        " tokens. It says what the caches hold, not how fast the engines answer: measure that with"
        " `fimls bench hub`. server/CAPACITY.md has the arithmetic.",
    )
    return 0


def _of_model(preset: Preset, folder: Path) -> Preset:
    """Return the preset with the cache of a model whose folder is here."""
    try:
        config: object = json.loads((folder / "config.json").read_text("utf-8"))
        size = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"--model {folder} cannot be read ({error}): give the folder of a model, with its"
            " config.json."
        ) from error
    if preset.sizes is None or not size:
        raise ConfigurationError(
            f"{folder} has no weights (*.safetensors), or the preset {preset.name} no [sizes]:"
            " give another --model."
        )
    named = cast("dict[str, Any]", config) if isinstance(config, dict) else {}
    layers, values, split = cache_of(named)
    sizes = attrs.evolve(
        preset.sizes,
        parameters_billion=size / 1e9 / preset.sizes.weight_bytes,
        layers=layers,
        cached_values=values,
        split_cache=split,
    )
    return attrs.evolve(preset, sizes=sizes)


def _table(plans: list[CapacityPlan], users: int) -> Table:
    headings = (
        "GPUs\nx GB|weights\nGB|bytes\na token|cached\nk tokens|\nusers|rep-\nlicas|all\nGPUs"
    )
    table = figures_table(
        f"{users} users at the same time: one replica, what its cache holds, how many of it",
        ["preset"],
        headings.split("|"),
        narrow=True,
    )
    for each in plans:
        sizes = each.sizes
        table.add_row(
            each.preset.name,
            f"{sizes.gpus}x{sizes.gpu_gb:g}",
            f"{sizes.weights_gb:,.3g}",
            f"{sizes.token_bytes:,}",
            f"{each.tokens // 1_000:,}",
            f"{each.users_held:,}",
            str(each.replicas) if each.fits else "-",
            str(each.gpus) if each.fits else "-",
        )
    return table
