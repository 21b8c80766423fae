from __future__ import annotations

import resource

import pytest

from fimls.hub import descriptor_limit
from fimls.hub.descriptor_limit import MOST_OUTSIDE, share_out
from fimls.settings import HubSettings


def limits(monkeypatch: pytest.MonkeyPatch, soft: int, hard: int) -> list[tuple[int, int]]:
    set_to: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, both: set_to.append(both))
    return set_to


def test_the_limit_is_raised_to_what_the_settings_need(monkeypatch: pytest.MonkeyPatch):
    set_to = limits(monkeypatch, 1_024, 1_000_000)
    room = share_out(HubSettings(connections=5_000))
    assert (room.inside, room.outside) == (5_000, MOST_OUTSIDE)
    assert set_to[0][0] >= 5_000 + MOST_OUTSIDE
    limits(monkeypatch, 1_024, resource.RLIM_INFINITY)
    assert share_out(HubSettings(connections=5_000)) == room


@pytest.mark.parametrize("given", [64, 256, 1_024, 2_048])
def test_where_there_are_fewer_the_engine_has_some_all_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, given: int
):
    limits(monkeypatch, given, given)
    room = share_out(HubSettings(connections=2_000))
    assert "raise its limit" in caplog.text
    assert f"room for {room.inside} editors in place of 2000" in caplog.text
    assert room.inside > 0
    assert room.outside > 0
    if given >= 256:
        assert room.inside + room.outside + descriptor_limit._OTHERS < given


def test_few_editors_need_no_more(monkeypatch: pytest.MonkeyPatch):
    limits(monkeypatch, 1_024, 1_024)
    room = share_out(HubSettings(connections=100))
    assert room.inside == 100
    assert room.outside > 500
