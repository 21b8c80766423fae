"""What an experiment finds, and does not find, and who is in which half."""

from __future__ import annotations

import random
from typing import Any, cast

import pytest

from fimls.errors import ConfigurationError
from fimls.hub.experiment import LEAST_KEYS, NOTICE, Experiment
from fimls.metrics.prometheus import PrometheusMetrics
from fimls.metrics.user_meter import RETAINED_AFTER_S, UserMeter
from fimls.settings import Layer

SETTING = "completion.min_probability = 0.5"
ACCEPTED = "characters accepted per 100 keystrokes"


def simulated(experiment: Experiment, chance: random.Random, *, planted: float) -> list[UserMeter]:
    """Return 200 users, who differ much; those with changed settings accept so much more."""
    metrics = PrometheusMetrics()
    for number in range(200):
        user = metrics.user(f"user {number}")
        user.keys = round(chance.lognormvariate(7.5, 0.8)) + LEAST_KEYS
        rate = chance.lognormvariate(3.0, 0.5)  # characters a hundred keystrokes
        rate *= 1 + planted * experiment.changed(user.name)
        accepted = round(user.keys * rate / 100 * chance.uniform(0.9, 1.1))
        user.inserted(accepted, 0)
        user.inserted(round(0.8 * accepted), RETAINED_AFTER_S)
        user.shown = round(user.keys * chance.lognormvariate(-2.0, 0.4))
        user.without_engine = round(user.shown * chance.uniform(0.5, 0.9))
    return [*metrics.users.values()]


def measure(experiment: Experiment, users: list[UserMeter]) -> dict[str, Any]:
    measures = cast("dict[str, Any]", experiment.report(users)["measures"])
    return measures[ACCEPTED]


def test_a_planted_difference_is_found() -> None:
    experiment, found = Experiment([SETTING]), 0
    for seed in range(20):
        told = measure(experiment, simulated(experiment, random.Random(seed), planted=0.4))
        found += told["says"] == "They differ." and told["difference"]["value"] > 0
    assert found >= 19


def test_one_that_is_not_there_is_found_in_one_of_twenty_repetitions_at_most() -> None:
    """A team that is divided a thousand times, and the same settings for both halves.

    A repetition counts where any of the measures says that the halves differ.
    """
    users, found = simulated(Experiment([]), random.Random(11), planted=0.0), 0
    for repetition in range(1_000):
        experiment = Experiment([f"completion.min_probability = 0.{repetition:04d}"])
        measures = cast("dict[str, Any]", experiment.report(users)["measures"])
        found += any(each["says"] == "They differ." for each in measures.values())
    assert found <= 50


def test_halves_are_even_and_stay_as_they_are() -> None:
    names = [f"user {number}" for number in range(2_000)]
    halves = [[Experiment([SETTING]).changed(name) for name in names] for _ in range(2)]
    assert halves[0] == halves[1]
    assert 900 < sum(halves[0]) < 1_100
    other = [Experiment(["completion.min_probability = 0.6"]).changed(name) for name in names]
    assert 800 < sum(a != b for a, b in zip(halves[0], other, strict=True)) < 1_200


def test_one_half_has_the_settings_and_the_other_the_hubs() -> None:
    experiment = Experiment([SETTING])
    base = Layer(name="hub", values={"completion": {"min_probability": 0.1, "speculation": False}})
    for number in range(20):
        name = f"user {number}"
        values = experiment.layer(base, name).values["completion"]
        assert values["speculation"] is False
        assert values["min_probability"] == (0.5 if experiment.changed(name) else 0.1)
    assert Experiment([]).layer(base, "anybody") is base


def test_it_is_off_unless_the_operator_says_so_and_whoever_is_counted_is_told() -> None:
    said: list[str] = []
    off = Experiment([])
    off.settled("anybody", said.append)
    assert (said, off.told([])) == ([], {})
    Experiment([SETTING]).settled("anybody", said.append)
    assert said == [NOTICE]


def test_a_report_has_counts_and_no_names() -> None:
    experiment = Experiment([SETTING])
    told = str(experiment.told(simulated(experiment, random.Random(1), planted=0.0)))
    assert "user 1" not in told


@pytest.mark.parametrize(
    "wrong", ["engine.url = 'x'", "hub.ranks = 2", "no setting", "a = 1", "", "# nothing"]
)
def test_what_may_not_differ_is_refused_in_a_sentence(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match=r"hub\.experiment"):
        Experiment([wrong])


@pytest.mark.parametrize("second", ["min_probability = 0.9", "minProbability = 0.5"])
def test_a_setting_that_is_there_twice_is_refused_however_it_is_spelt(second: str) -> None:
    with pytest.raises(ConfigurationError, match="is there twice"):
        Experiment([SETTING, f"completion.{second}"])


@pytest.mark.parametrize("name", ["exclude_files", "excludeFiles", "exclude_languages"])
def test_what_keeps_text_back_does_so_for_both_halves(name: str) -> None:
    with pytest.raises(ConfigurationError, match="keeps text from the engine"):
        Experiment([f"completion.{name} = []"])


def test_with_nobody_or_one_or_two_users_a_report_says_that_they_are_too_few() -> None:
    metrics, experiment = PrometheusMetrics(), Experiment([SETTING])
    for number in range(3):
        users = [*metrics.users.values()]
        assert measure(experiment, users) == {"says": "Too few users have typed enough."}
        metrics.user(f"user {number}").keys = LEAST_KEYS
