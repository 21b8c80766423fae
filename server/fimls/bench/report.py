"""What a replay showed: numbers for each layout, as a table, as JSON and as a picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.table import Table

from fimls.bench.compared_layouts import LAYOUTS
from fimls.bench.typing import Sample
from fimls.errors import FimlsError

LONG_PROMPT = 2_000
"""Tokens from which a prompt counts as long."""


def summarize(samples: Sequence[Sample]) -> dict[str, dict[str, Any]]:
    """Return the figures of each layout that was asked, over all traces.

    ``new_tokens`` and ``first_token_ms`` are percentiles; ``to_held`` is the ratio of the median
    times to first token to `held`'s in the same run. ``long`` has the same for the keys whose
    prompts were long in every layout.
    """
    by_layout: dict[str, list[Sample]] = {}
    for sample in samples:
        by_layout.setdefault(sample.layout, []).append(sample)
    short = {(s.trace, s.key) for s in samples if s.prompt_tokens < LONG_PROMPT}
    summary: dict[str, dict[str, Any]] = {}
    for name in [name for name in LAYOUTS if name in by_layout]:
        mine = by_layout[name]
        long = [s for s in mine if (s.trace, s.key) not in short]
        summary[name] = {**_figures(mine), "long": _figures(long) if long else None}
    if "held" in summary:
        for figures in summary.values():
            figures["to_held"] = _ratio(figures, summary["held"])
            if figures["long"] and summary["held"]["long"]:
                figures["long"]["to_held"] = _ratio(figures["long"], summary["held"]["long"])
    return summary


def table(summary: dict[str, dict[str, Any]]) -> Table:
    """Return the figures as a table for a terminal."""
    shown = Table(title="What a key costs the engine", title_justify="left")
    shown.add_column("layout", no_wrap=True)
    for heading in (
        *("keys", "prompt", "cached", "new tokens p50 / p90 / p99", "first token p50 / p90"),
        "to held",
        f"to held, {LONG_PROMPT:,}+",
    ):
        shown.add_column(heading, justify="right")
    for name, of in summary.items():
        new, first = of["new_tokens"], of["first_token_ms"]
        long = of["long"].get("to_held") if of["long"] else None
        shown.add_row(
            name,
            f"{of['keys']:,}",
            f"{of['prompt_tokens']:,.0f}",
            f"{of['cached_share']:.1%}",
            " / ".join(f"{new[p]:,.0f}" for p in ("p50", "p90", "p99")),
            " / ".join(f"{first[p]:,.0f} ms" for p in ("p50", "p90")),
            f"{of['to_held']:.1f}" if "to_held" in of else "",
            f"{long:.1f}" if long else "",
        )
    return shown


def as_json(samples: Sequence[Sample], about: dict[str, Any]) -> dict[str, Any]:
    """Return everything, each request included."""
    return {**about, "layouts": summarize(samples), "samples": [asdict(s) for s in samples]}


def plot(samples: Sequence[Sample], path: Path) -> None:
    """Draw, for each layout, which share of keys costs at most so many tokens, and so long.

    Raises:
        FimlsError: matplotlib is missing, or the file cannot be written.
    """
    try:
        figures = import_module("matplotlib.figure")
    except ImportError as error:
        raise FimlsError(
            "A plot needs matplotlib: pip install -e '.[bench]' in a clone of fimls."
        ) from error
    figure: Any = figures.Figure(figsize=(10, 4), layout="constrained")
    costs = figure.subplots(1, 2, sharey=True)
    read: list[tuple[Any, str, Callable[[Sample], float]]] = [
        (costs[0], "tokens that the engine reads for a key", lambda s: max(1, s.new_tokens)),
        (costs[1], "time to first token (ms)", lambda s: s.first_token_ms),
    ]
    for axes, label, of in read:
        for name in LAYOUTS:
            values = sorted(of(s) for s in samples if s.layout == name)
            if values:
                axes.plot(values, [(i + 1) / len(values) for i in range(len(values))], label=name)
        axes.set(xscale="log", xlabel=label, ylim=(0, 1))
        axes.grid(alpha=0.3)
    costs[0].set_ylabel("share of keys")
    costs[0].legend()
    try:
        figure.savefig(path)
    except (OSError, ValueError) as error:
        raise FimlsError(
            f"The plot cannot be written to {path} ({error}): give another --plot."
        ) from error


def _figures(samples: Sequence[Sample]) -> dict[str, Any]:
    prompt = sum(s.prompt_tokens for s in samples)
    new = sorted(s.new_tokens for s in samples)
    first = sorted(s.first_token_ms for s in samples)
    return {
        "keys": len(samples),
        "prompt_tokens": prompt / len(samples),
        "cached_share": sum(s.cached_tokens for s in samples) / prompt,
        "new_tokens": {name: percentile(new, p) for name, p in _PERCENTILES},
        "first_token_ms": {name: percentile(first, p) for name, p in _PERCENTILES},
    }


_PERCENTILES = (("p50", 0.5), ("p90", 0.9), ("p99", 0.99))


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of the values does not exceed."""
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]


def _ratio(figures: dict[str, Any], held: dict[str, Any]) -> float:
    return figures["first_token_ms"]["p50"] / held["first_token_ms"]["p50"]
