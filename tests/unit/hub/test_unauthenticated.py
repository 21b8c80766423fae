from __future__ import annotations

import attrs

from fimls.hub.unauthenticated import UnauthenticatedConnections


@attrs.define(eq=False)
class Waiting:
    place: str
    dropped: bool = False

    def drop(self) -> None:
        self.dropped = True


def test_who_fills_the_room_does_so_at_the_cost_of_its_own():
    outside = UnauthenticatedConnections(10)
    other = Waiting("192.0.2.1")
    outside.add(other)
    many = [Waiting("198.51.100.1") for _ in range(100)]
    for each in many:
        outside.add(each)
    assert len(outside) == 10
    assert not other.dropped
    assert [each.dropped for each in many] == [True] * 91 + [False] * 9


def test_who_is_let_in_or_gone_leaves_room():
    outside = UnauthenticatedConnections(1)
    first, second = Waiting("a"), Waiting("b")
    outside.add(first)
    outside.discard(first)
    outside.discard(first)
    assert outside.add(second) is None
    assert outside.drop_one() is second
    assert outside.drop_one() is None
    assert len(outside) == 0
