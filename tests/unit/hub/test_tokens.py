from __future__ import annotations

import stat
from pathlib import Path

import pytest

from fimls.errors import ConfigurationError
from fimls.hub.tokens import DAY_S, Tokens


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "tokens.json"


@pytest.fixture
def tokens(file: Path, clock: Clock) -> Tokens:
    return Tokens(file, clock=clock)


def test_a_token_finds_its_user(tokens: Tokens, file: Path):
    made, shown = tokens.create("alice", team="kernel", weight=2.0)
    found = tokens.find(shown)
    assert found == made
    assert (made.user, made.team, made.weight) == ("alice", "kernel", 2.0)


def test_the_file_holds_no_token_and_is_nobody_elses(tokens: Tokens, file: Path):
    _, shown = tokens.create("alice")
    assert shown.rpartition("_")[2] not in file.read_text("utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert shown.split("_")[2] not in repr(tokens.all())


def test_what_is_not_the_token_finds_nobody(tokens: Tokens):
    made, shown = tokens.create("alice")
    _, other = tokens.create("bob")
    crossed = f"fimls_{made.id}_{other.split('_', 2)[2]}"
    for text in ("", "x", shown[:-1], shown + "x", shown.upper(), crossed, f"fimls_{made.id}_"):
        assert tokens.find(text) is None


def test_revoking_by_id_and_by_user(tokens: Tokens):
    one, shown = tokens.create("alice")
    _, second = tokens.create("alice")
    _, third = tokens.create("bob")
    assert tokens.revoke(one.id) == [one]
    assert tokens.find(shown) is None
    assert tokens.find(second) is not None
    tokens.revoke("alice")
    assert [token.user for token in tokens.all()] == ["bob"]
    assert tokens.find(third) is not None
    assert tokens.revoke("nobody") == []


def test_a_token_expires(tokens: Tokens, clock: Clock):
    made, shown = tokens.create("alice", days=2)
    clock.now += 2 * DAY_S - 1
    assert tokens.find(shown) == made
    assert tokens.has(made)
    clock.now += 2
    assert tokens.find(shown) is None
    assert not tokens.has(made)


def test_another_process_sees_changes(tokens: Tokens, file: Path, clock: Clock):
    hub = Tokens(file, clock=clock)
    assert hub.all() == ()
    made, shown = tokens.create("alice")
    assert hub.refresh()
    assert not hub.refresh()
    assert hub.find(shown) == made
    tokens.revoke("alice")
    assert hub.refresh()
    assert hub.find(shown) is None


@pytest.mark.parametrize("text", ["", "[]", '{"tokens": [1]}', '{"tokens": [{"user": "x"}]}'])
def test_a_broken_file_changes_nothing(tokens: Tokens, file: Path, text: str):
    _, shown = tokens.create("alice")
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        tokens.refresh()
    assert tokens.find(shown) is not None


def test_a_file_that_is_gone_lets_nobody_in(tokens: Tokens, file: Path):
    _, shown = tokens.create("alice")
    file.unlink()
    tokens.refresh()
    assert tokens.find(shown) is None


@pytest.mark.parametrize("name", ["", "a b", "a\n", "x" * 65, "../x"])
def test_names(tokens: Tokens, name: str):
    with pytest.raises(ConfigurationError, match="Names of users"):
        tokens.create(name)
