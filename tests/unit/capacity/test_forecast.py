"""Which way the simulated plan goes when something changes; its figures are nobody's promise."""

from __future__ import annotations

from statistics import median

import attrs
import pytest

from fimls.capacity.advice import advice, changes
from fimls.capacity.cache import Cache, hold, simulated_s
from fimls.capacity.fleet import Fleet
from fimls.capacity.forecast import Goal, Replica, forecast, replicas_for, seats
from fimls.capacity.people import Habits
from fimls.capacity.rates import Rates
from fimls.cli import main

HABITS = Habits()
GOAL = Goal()
BOX = Replica(
    name="box", tokens=159_143, gpus=8, rates=Rates(read_per_s=50_000, step_s=0.02), in_flight=128
)


def test_a_larger_pool_serves_more() -> None:
    larger = attrs.evolve(BOX, tokens=3 * BOX.tokens)
    assert seats(larger, HABITS, GOAL) > 1.5 * seats(BOX, HABITS, GOAL)
    few, many = (replicas_for(2_000, each, HABITS, GOAL) for each in (larger, BOX))
    assert few
    assert many
    assert few.replicas < many.replicas


def test_larger_pages_mean_more_to_read() -> None:
    one, many = (hold(6_000, HABITS, Cache(page=page)) for page in (1, 256))
    assert median(many.reads[0]) > 10 * median(one.reads[0])
    assert many.share < one.share


def test_longer_pauses_leave_the_engine_idle_and_fewer_type() -> None:
    busy, idle = (forecast(400, 1, BOX, attrs.evolve(HABITS, pause_s=s)) for s in (5, 120))
    assert idle.waiting.busy < busy.waiting.busy
    assert attrs.evolve(HABITS, pause_s=120).typing < attrs.evolve(HABITS, pause_s=5).typing


def test_longer_prompts_serve_fewer() -> None:
    longer = attrs.evolve(HABITS, prefix=2 * HABITS.prefix, suffix=2 * HABITS.suffix)
    assert seats(BOX, longer, GOAL) < seats(BOX, HABITS, GOAL)


def test_a_held_prompt_serves_more_than_one_in_one_piece_and_that_more_than_a_sliding_one() -> None:
    held, psm, sliding = (
        hold(6_000, attrs.evolve(HABITS, layout=layout), Cache()).share
        for layout in ("held", "psm", "sliding")
    )
    assert held > psm > sliding


def test_who_is_sent_anywhere_finds_less() -> None:
    kept, anywhere = (
        hold(6_000, HABITS, Cache(ranks=8, affinity=affinity)).share for affinity in (True, False)
    )
    assert kept > anywhere + 0.05


def test_shared_files_are_kept_once() -> None:
    alone, team = (
        hold(1_200, attrs.evolve(HABITS, shared=shared, warm=0.0), Cache()).share
        for shared in (0.0, 0.9)
    )
    assert team > alone


def test_a_host_tier_has_what_the_pool_lost() -> None:
    without, tier = (
        hold(1_200, attrs.evolve(HABITS, warm=0.0), Cache(host=host)) for host in (0.0, 4.0)
    )
    assert tier.share > without.share
    assert tier.from_host > without.from_host == 0


def test_a_slower_engine_makes_people_wait() -> None:
    slow = attrs.evolve(BOX, rates=attrs.evolve(BOX.rates, read_per_s=2_000))
    fast_p95, slow_p95 = (forecast(80, 1, each, HABITS).waiting.p95_s for each in (BOX, slow))
    assert slow_p95 > fast_p95


def test_the_advice_changes_with_what_is_missing() -> None:
    enough = attrs.evolve(BOX, tokens=10 * BOX.tokens)
    assert "nothing needs to change" in advice(20, enough, HABITS, GOAL, [])
    assert "Buy" in advice(2_000, BOX, HABITS, GOAL, [])
    scattered = attrs.evolve(enough, cache=Cache(ranks=8, affinity=False))
    found = changes(scattered, HABITS, GOAL, [])
    assert "hub.ranks" in advice(60, scattered, HABITS, GOAL, found)


def test_a_seat_costs_what_its_gpus_cost() -> None:
    fleet = Fleet(people=10_000, seats=100, replica=BOX, regions=4, spare=1, gpu_hour=2.0)
    assert fleet.replicas_of_a_region == 26
    assert fleet.gpus == 4 * 26 * 8
    assert fleet.seat_a_month == pytest.approx(fleet.gpus * 2.0 * 730 / 10_000)


def test_the_command_names_its_assumptions_and_what_was_never_measured(
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = "engine plan --users 300 --simulate --preset deepseek-v2.5-fp8 --gpu-hour 2.5"
    assert main(command.split()) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for said in ("2,048 tokens before the cursor", "pauses for 30 s", "NEVER MEASURED", "Next:"):
        assert said in shown
    assert "arXiv 2405.04434" in shown


@pytest.mark.parametrize(
    "odd",
    [
        {"asks_per_s": 0.001},
        {"asks_per_s": 100.0, "pause_s": 0.0},
        {"pause_s": 86_400.0},
        {"keys": 1, "pause_s": 0.0, "warm": 1.0},
    ],
)
def test_whoever_types_slowly_or_fast_has_about_as_many_goes(odd: dict[str, float]) -> None:
    habits = attrs.evolve(HABITS, **odd)
    asked_for = len(hold(6_000, habits, Cache()).reads[0]) / habits.keys
    usual = len(hold(6_000, HABITS, Cache()).reads[0]) / HABITS.keys
    assert 0.5 * usual < asked_for < 2 * usual
    assert simulated_s(HABITS) == 480


def test_who_cannot_be_served_is_told_what_stands_in_the_way() -> None:
    def told(replica: Replica, goal: Goal) -> str:
        return advice(10, replica, HABITS, goal, [])

    assert "--cached" in told(BOX, Goal(share=1.0))
    slow = attrs.evolve(BOX, rates=Rates(read_per_s=1, step_s=0.02))
    assert "--first-ms" in told(slow, GOAL)
    assert "more memory" in told(attrs.evolve(BOX, tokens=100), GOAL)
