"""``fimls engine plan --simulate``: what people have of an engine, with every assumption."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from fimls.cli.figures_table import figures_table
from fimls.cli.number_types import real, share, whole
from fimls.errors import ConfigurationError
from fimls.settings import HubSettings

if TYPE_CHECKING:
    from fimls.capacity.forecast import Goal, Replica
    from fimls.capacity.people import Habits
    from fimls.engine.capacity_plan import CapacityPlan


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the simulation to those of `fimls engine`."""
    group = parser.add_argument_group(
        "fimls engine plan --simulate", "what people do, and what they are to have"
    )
    option = group.add_argument
    option("--simulate", action="store_true", help="simulate people, cache and queue, too")
    option("--pause-s", type=real(0, 86_400), metavar="S", help="between two goes of typing")
    option("--keys", type=whole(1, 100), metavar="N", help="tokens typed in one go")
    option(
        "--asks-per-s",
        type=real(0.001, 100),
        metavar="N",
        help="requests to the engine while one types",
    )
    option("--shared", type=share, metavar="SHARE", help="places that a team has in common")
    option("--layout", choices=["held", "psm", "sliding"], help="of prompts")
    option("--page", type=whole(1, 65_536), metavar="N", help="tokens of a page of the cache")
    option("--policy", choices=["lru", "slru", "priority"], help="of eviction")
    option(
        "--host-ratio",
        type=real(0, 1_000),
        metavar="N",
        help="host tier, as a multiple of the pool",
    )
    option("--anywhere", action="store_true", help="send each keystroke to any rank and replica")
    option(
        "--read-per-s", type=real(1, 1e9), metavar="N", help="prompt tokens that a replica reads"
    )
    option("--step-ms", type=real(0.001, 60_000), metavar="MS", help="of one token of everybody")
    option("--cached", type=share, default=0.9, metavar="SHARE", help="wanted (default: 0.9)")
    option(
        "--first-ms",
        type=real(1, 600_000),
        default=300.0,
        metavar="MS",
        help="wanted, p95 (default: 300)",
    )
    option(
        "--regions", type=whole(1, 1_000), default=1, metavar="N", help="with replicas of their own"
    )
    option(
        "--spare",
        type=whole(0, 1_000),
        default=0,
        metavar="N",
        help="replicas of a region that may fail",
    )
    option(
        "--gpu-hour", type=real(0, 1e6), metavar="PRICE", help="of one GPU, for the cost of a seat"
    )


def run(args: argparse.Namespace, plans: Sequence[CapacityPlan]) -> None:
    """Simulate and show."""
    from fimls.capacity.advice import advice, changes
    from fimls.capacity.fleet import Fleet
    from fimls.capacity.forecast import Goal, forecast, seats

    console = Console(markup=False, highlight=False, width=100)
    goal = Goal(share=args.cached, p95_s=args.first_ms / 1e3)
    people: int = args.users
    habits = _habits(args)
    replicas = [_replica(args, plan) for plan in plans if plan.fits]
    if not replicas:
        raise ConfigurationError("No preset fits: give GPUs with more memory (--gpu-gb).")
    table = _table(people, goal)
    shown = Console(stderr=True)
    for replica in replicas:
        with shown.status(f"Simulating people at {replica.name}"):
            each = seats(replica, habits, goal)
        if not each:
            table.add_row(replica.name, "-", "-", "-", "-", "-", "-", "-")
            continue
        fleet = Fleet(
            people=people,
            seats=each,
            replica=replica,
            regions=args.regions,
            spare=args.spare,
            gpu_hour=args.gpu_hour,
        )
        found = forecast(people, fleet.regions * fleet.replicas_of_a_region, replica, habits)
        cost = fleet.seat_a_month
        table.add_row(
            replica.name,
            f"{each:,}",
            f"{fleet.regions}x{fleet.replicas_of_a_region}",
            str(fleet.gpus),
            f"{found.hold.share:.1%}",
            f"{1e3 * found.waiting.p50_s:.0f}",
            f"{1e3 * found.waiting.p95_s:.0f}",
            "-" if cost is None else f"{cost:,.2f}",
        )
    console.print(table)
    console.print(
        f"{people:,} people with an open editor, of whom {people * habits.typing:,.0f} type at a"
        f" time and ask for {people * habits.asks_per_seat_s:,.0f} completions a second."
    )
    if len(replicas) == 1:
        replica = replicas[0]
        siblings = [_replica(args, plan) for plan in _siblings(args, plans[0])]
        with shown.status("Simulating what would change that"):
            found_changes = changes(replica, habits, goal, siblings)
        for change in found_changes:
            console.print(f"  {change.seats:,} people a replica with {change.what} ({change.how})")
        console.print(f"Next: {advice(people, replica, habits, goal, found_changes)}")
    _assumptions(console, habits, replicas, args)


def _siblings(args: argparse.Namespace, plan: CapacityPlan) -> list[CapacityPlan]:
    """Return plans for other presets of the same model on as many GPUs."""
    from fimls.engine.capacity_plan import plan as planned
    from fimls.engine.preset import list_presets

    return [
        planned(other, args.users, plan.work, gpu_gb=args.gpu_gb)
        for other in list_presets()
        if other.sizes
        and other.model == plan.preset.model
        and other.name != plan.preset.name
        and other.sizes.gpus == plan.sizes.gpus
    ]


def _habits(args: argparse.Namespace) -> Habits:
    from fimls.capacity.people import Habits
    from fimls.settings import PromptSettings

    prompt = PromptSettings()
    suffix = min(prompt.suffix_tokens, args.prompt_tokens // 4)
    given: dict[str, Any] = {
        "pause_s": args.pause_s,
        "keys": args.keys,
        "asks_per_s": args.asks_per_s,
        "shared": args.shared,
        "layout": args.layout,
        "places": args.places,
        "suffix": suffix,
        "prefix": max(1, args.prompt_tokens - suffix),
    }
    return Habits(**{name: value for name, value in given.items() if value is not None})


def _replica(args: argparse.Namespace, plan: CapacityPlan) -> Replica:
    from fimls.capacity.cache import Cache
    from fimls.capacity.forecast import Replica
    from fimls.capacity.rates import Rates, rates_of

    arguments = plan.preset.arguments
    tiers = bool(arguments.get("enable-hierarchical-cache"))
    rates = rates_of(plan.preset, gpus=plan.sizes.gpus)
    if args.read_per_s is not None or args.step_ms is not None:
        rates = Rates(
            read_per_s=args.read_per_s or rates.read_per_s,
            step_s=args.step_ms / 1e3 if args.step_ms else rates.step_s,
            source="given on the command line"
            if args.read_per_s and args.step_ms
            else f"one given on the command line, the other: {rates.source}",
            measured=bool(args.read_per_s and args.step_ms),
        )
    host = args.host_ratio
    if host is None:
        host = float(arguments.get("hicache-ratio", 2.0)) * tiers
    cache = Cache(
        page=args.page or int(arguments.get("page-size", 1)),
        policy=args.policy or arguments.get("radix-eviction-policy", "lru"),
        host=host,
        ranks=plan.sizes.attention_ranks,
        affinity=not args.anywhere,
    )
    return Replica(
        name=plan.preset.name,
        tokens=plan.tokens,
        gpus=plan.sizes.gpus,
        rates=rates,
        cache=cache,
        in_flight=HubSettings().in_flight,
    )


def _table(people: int, goal: Goal) -> Table:
    headings = (
        "people\na replica|regions x\nreplicas|all\nGPUs|cached|first ms\np50|\np95|a seat\na month"
    )
    return figures_table(
        f"{people:,} people, {goal.share:.0%} of their prompts cached and the first token"
        f" within {1e3 * goal.p95_s:.0f} ms (p95): simulated",
        ["preset"],
        headings.split("|"),
        narrow=True,
    )


def _assumptions(
    console: Console, habits: Habits, replicas: Sequence[Replica], args: argparse.Namespace
) -> None:
    from fimls.capacity.cache import PEOPLE, simulated_s
    from fimls.capacity.fleet import EDITORS_OF_A_HUB, HOURS_A_MONTH
    from fimls.capacity.waiting_times import REQUESTS

    console.print("Assumptions (estimates, not measured, unless it says so):")
    lines = [
        f"Each has {habits.places} places and types {habits.keys} tokens in one go at"
        f" {habits.asks_per_s:g} requests a second, then pauses for {habits.pause_s:g} s;"
        f" {habits.stays:.0%} of goes stay at a place, {habits.moves_on:.0%} are somewhere new.",
        f"Prompts: {habits.layout}, {habits.prefix:,} tokens before the cursor and"
        f" {habits.suffix:,} behind it, {habits.shared:.0%} of places shared by the team.",
        f"{habits.new_tokens} tokens a suggestion; {habits.ahead:.0%} have more generated ahead;"
        f" {habits.warm:.0%} of goes are read ahead as the cursor rests.",
        f"Simulated: {PEOPLE} people for {simulated_s(habits):,.0f} s at a pool of their share, and"
        f" {REQUESTS:,} completions at the queue. Places are spread evenly over replicas and"
        " ranks.",
        "The cache is SGLang's radix tree, checked against a real one"
        " (tests/bench/cache_capacity.py: measured).",
        "What a host tier takes to load tokens back is counted as nothing.",
        f"A month has {HOURS_A_MONTH} hours; a hub process for {EDITORS_OF_A_HUB} editors"
        f" ({-(-args.users // EDITORS_OF_A_HUB)} in all), whose machines cost nothing here.",
    ]
    for replica in replicas:
        cache, rates = replica.cache, replica.rates
        ranks = f" on {cache.ranks} ranks" if cache.ranks > 1 else ""
        kept = "kept at one" if cache.affinity else "sent anywhere"
        host = f", a host tier of {cache.host:g} times that" if cache.host else ""
        said = "measured by you" if rates.measured else "NEVER MEASURED here"
        lines.append(
            f"{replica.name}: {replica.tokens:,} tokens in the pool{ranks} ({kept}){host}, pages of"
            f" {cache.page}, {cache.policy}; {rates.read_per_s:,.0f} prompt tokens a second and"
            f" {1e3 * rates.step_s:g} ms a step: {said} ({rates.source})."
        )
    for line in lines:
        console.print(f"- {line}")
