from __future__ import annotations

from fimls.hub.authentication import User
from fimls.hub.editor_limit import full_for

ALICE = User(name="alice", known_by="token")
LOGIN = User(name="alice", known_by="login")
BOB = User(name="bob", known_by="token")


def guest(number: int) -> User:
    return User(name=f"guest-{number}")


def test_one_user_does_not_take_all_connections():
    inside = [ALICE] * 3
    assert "You have 3 editors" in (full_for(ALICE, inside, most=10, own=3) or "")
    assert full_for(BOB, inside, most=10, own=3) is None
    assert full_for(LOGIN, inside, most=10, own=3) is None  # somebody else of that name


def test_guests_together_leave_room_for_those_who_are_known():
    inside = [guest(i) for i in range(6)]
    assert full_for(guest(7), inside, most=8, own=3) is not None
    assert full_for(ALICE, inside, most=8, own=3) is None
    assert full_for(guest(7), [], most=1, own=3) is None


def test_a_full_hub_is_full_for_everybody():
    assert "serves 3 editors" in (full_for(BOB, [ALICE] * 3, most=3, own=9) or "")
