from __future__ import annotations

import logging

import pytest

from fimls.errors import BackendBusy, BackendUnreachable
from fimls.lsp.capabilities import wants
from fimls.lsp.user_status import PERIOD_S, UserStatus

DOWN = BackendUnreachable("Nothing listens: start it.")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shown() -> list[str]:
    return []


@pytest.fixture
def status(shown: list[str], clock: Clock) -> UserStatus:
    return UserStatus(shown.append, clock=clock)


def test_a_cause_is_shown_once_in_a_period(status: UserStatus, shown: list[str], clock: Clock):
    for clock.now in (0.0, 1.0, PERIOD_S - 1):
        status.problem(DOWN)
    assert shown == ["fimls: Nothing listens: start it."]
    clock.now = PERIOD_S
    status.problem(DOWN)
    assert len(shown) == 2


def test_recovery_in_between_does_not_show_it_again(status: UserStatus, shown: list[str]):
    status.problem(DOWN)
    status.fine()
    status.problem(DOWN)
    assert len(shown) == 1


def test_every_cause_is_shown(status: UserStatus, shown: list[str]):
    status.problem(DOWN)
    status.problem(BackendBusy("Full: wait."))
    assert len(shown) == 2


def test_new_settings_are_a_new_chance_to_fail(status: UserStatus, shown: list[str]):
    status.problem(DOWN)
    status.forget()
    status.problem(DOWN)
    assert len(shown) == 2


def test_the_log_has_each_change_once(status: UserStatus, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO, "fimls")
    status.fine()
    for _ in range(3):
        status.problem(DOWN)
    for _ in range(3):
        status.fine()
    status.problem(DOWN)
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [
        ("WARNING", "Nothing listens: start it."),
        ("INFO", "Completions work again."),
        ("WARNING", "Nothing listens: start it."),
    ]


def test_a_status_bar_hears_of_each_change_once(shown: list[str], clock: Clock):
    told: list[object] = []
    status = UserStatus(shown.append, clock=clock, tell=told.append)
    status.starting()
    status.not_started(DOWN)
    assert shown == []
    status.problem(DOWN)
    status.problem(DOWN)
    status.fine()
    status.fine()
    failing = {"state": "failing", "cause": "BackendUnreachable", "message": str(DOWN)}
    assert told == [
        {"state": "starting", "cause": None, "message": None},
        failing,
        {"state": "ready", "cause": None, "message": None},
    ]


@pytest.mark.parametrize(
    ("declared", "wanted"),
    [
        ({"fimls": {"status": True}}, True),
        ({"fimls": {}}, False),
        ({"fimls": 1}, False),
        (3, False),
    ],
)
def test_only_who_declares_it_is_told(declared: object, wanted: bool):
    assert wants(declared, "status") is wanted


def test_why_nothing_is_proposed_where_the_user_is_is_told_while_all_is_well(clock: Clock):
    told: list[dict[str, str | None]] = []
    status = UserStatus(lambda _: None, clock=clock, tell=lambda params: told.append({**params}))
    status.at("Not here.")
    assert not told
    status.fine()
    status.at("Not here.")
    status.problem(DOWN)
    status.at(None)
    status.fine()
    assert [(each["state"], each["cause"], each["message"]) for each in told] == [
        ("ready", "NotWanted", "Not here."),
        ("failing", "BackendUnreachable", str(DOWN)),
        ("ready", None, None),
    ]
