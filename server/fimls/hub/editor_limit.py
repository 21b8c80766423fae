"""Whether there is room for one more editor of a user, whoever that is."""

from __future__ import annotations

from collections.abc import Iterable

from fimls.hub.authentication import User

_GUESTS_LEAVE = 4
"""Guests together leave one place in so many to those who are known."""


def full_for(user: User, inside: Iterable[User], *, most: int, own: int) -> str | None:
    """Return why there is no room for a further editor of a user, or None.

    Args:
        user: who it is.
        inside: the users of the editors that were let in.
        most: how many editors there is room for.
        own: how many one user may have.
    """
    others = [*inside]
    if len(others) >= most:
        return f"This hub serves {most} editors already: try again later."
    if user.known_by == "nothing":
        guests = sum(each.known_by == "nothing" for each in others)
        if guests >= most - most // _GUESTS_LEAVE:
            return f"This hub serves {guests} guests already: try again later, or with a token."
    elif sum(each.identity == user.identity for each in others) >= own:
        return (
            f"You have {own} editors at this hub already: close one, or have hub.user_connections"
            " raised."
        )
    return None
