from __future__ import annotations

import os
from pathlib import Path

import attrs
import pytest

from fimls.errors import ConfigurationError
from fimls.hub.authentication import (
    FORGIVEN_S,
    MOST_FAILURES,
    Authentication,
    Peer,
    Refused,
    token_in,
)
from fimls.hub.hub_address import HubAddress
from fimls.hub.tenant_backend import namespace
from fimls.hub.tokens import Tokens
from fimls.settings import HubSettings

UNIX = HubAddress.parse("unix:/x")
LOOPBACK = HubAddress.parse("tcp://127.0.0.1:1")
PUBLIC = HubAddress.parse("tls://0.0.0.0:1")
PROXIED = HubAddress.parse("ws://127.0.0.1:1")
HERE = Peer(host="127.0.0.1")
ELSEWHERE = Peer(host="192.0.2.1")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(tmp_path / "tokens.json", clock=Clock())


def door(tokens: Tokens, clock: Clock | None = None, **settings: object) -> Authentication:
    return Authentication(attrs.evolve(HubSettings(), **settings), tokens, clock=clock or Clock())


def test_a_public_address_needs_tls_and_tokens(tokens: Tokens):
    ours = door(tokens)
    for text in ("unix:/x", "tcp://127.0.0.1:1", "ws://localhost:1"):
        ours.check(HubAddress.parse(text))
    with pytest.raises(ConfigurationError, match=r"unencrypted: listen at tls://0.0.0.0:1 with"):
        ours.check(HubAddress.parse("tcp://0.0.0.0:1"))
    with pytest.raises(ConfigurationError, match=r"listen at wss://10.0.0.1:1 with"):
        ours.check(HubAddress.parse("ws://10.0.0.1:1"))
    with pytest.raises(ConfigurationError, match="no tokens yet"):
        ours.check(PUBLIC)
    tokens.create("alice")
    ours.check(PUBLIC)


def test_a_unix_peer_is_known_by_its_uid(tokens: Tokens):
    own = door(tokens).admit(Peer(uid=os.getuid()), UNIX, token=None)
    other = door(tokens).admit(Peer(uid=64_999), UNIX, token=None)
    assert own.files_here
    assert (other.name, other.files_here) == ("uid-64999", False)


def test_guests_share_nothing(tokens: Tokens):
    ours = door(tokens)
    first, second = (ours.admit(HERE, LOOPBACK, token=None) for _ in range(2))
    assert first.name != second.name
    assert not first.files_here


@pytest.mark.parametrize(
    ("address", "settings"),
    [(PUBLIC, {}), (LOOPBACK, {"require_token": True}), (PROXIED, {"proxy_user_header": "X-User"})],
)
def test_where_a_token_is_wanted(tokens: Tokens, address: HubAddress, settings: dict[str, object]):
    ours = door(tokens, **settings)
    with pytest.raises(Refused, match="needs a token"):
        ours.admit(HERE, address, token=None)
    _, shown = tokens.create("alice", team="kernel")
    user = ours.admit(HERE, address, token=shown)
    assert (user.name, user.team, user.files_here) == ("alice", "kernel", False)
    assert ours.still_in(user)
    tokens.revoke("alice")
    assert not ours.still_in(user)
    with pytest.raises(Refused, match="does not know the token"):
        ours.admit(HERE, address, token=shown)


def test_settings_that_are_stricter_hold_for_those_who_are_in(tokens: Tokens):
    ours = door(tokens, proxy_user_header="X-User")
    guest = ours.admit(HERE, LOOPBACK, token=None)
    named = ours.admit(HERE, PROXIED, token=None, proxied="bob")
    own = ours.admit(Peer(uid=os.getuid()), UNIX, token=None)
    assert all(map(ours.still_in, (guest, named, own)))
    ours.use(attrs.evolve(HubSettings(), require_token=True), tokens)
    assert [ours.still_in(each) for each in (guest, named, own)] == [False, False, True]


def test_a_wrong_token_is_refused_even_where_none_is_needed(tokens: Tokens):
    with pytest.raises(Refused, match="does not know the token"):
        door(tokens).admit(HERE, LOOPBACK, token="fimls_x")


def test_wrong_tokens_lock_nobody_out(tokens: Tokens, caplog: pytest.LogCaptureFixture):
    """Others come from the same address: behind one NAT, one proxy, or on one machine."""
    made, shown = tokens.create("alice")
    ours = door(tokens, clock := Clock())
    for wrong in ("wrong", f"fimls_{made.id}_{'A' * 43}") * MOST_FAILURES:
        with pytest.raises(Refused):
            ours.admit(ELSEWHERE, PUBLIC, token=wrong)
        assert ours.admit(ELSEWHERE, PUBLIC, token=shown).name == "alice"
    with pytest.raises(Refused, match="too many wrong tokens"):
        ours.admit(ELSEWHERE, PUBLIC, token="wrong")
    assert len(caplog.records) == MOST_FAILURES
    with pytest.raises(Refused, match="does not know"):
        ours.admit(Peer(host="192.0.2.2"), PUBLIC, token="wrong")
    clock.now += FORGIVEN_S
    with pytest.raises(Refused, match="does not know"):
        ours.admit(ELSEWHERE, PUBLIC, token="wrong")


def test_the_same_name_known_by_something_else_is_somebody_else(tokens: Tokens):
    own = door(tokens, proxy_user_header="X-User")
    login = own.admit(Peer(uid=os.getuid()), UNIX, token=None)
    _, shown = tokens.create(login.name)
    by_token = own.admit(HERE, PROXIED, token=shown)
    by_proxy = own.admit(HERE, PROXIED, token=None, proxied=login.name)
    same_name = [login, by_token, by_proxy]
    assert {user.name for user in same_name} == {login.name}
    assert len({user.identity for user in same_name}) == 3
    assert len({namespace("secret", "user", user, "") for user in same_name}) == 3


def test_hosts_of_one_ipv6_network_are_one_place():
    assert Peer(host="2001:db8::1").place == Peer(host="2001:db8::ffff:1").place
    assert Peer(host="2001:db8::1").place != Peer(host="2001:db8:0:1::1").place
    assert Peer(host="::ffff:192.0.2.1").place != Peer(host="::ffff:192.0.2.2").place


def test_a_proxy_is_trusted_only_if_set_and_only_on_this_machine(tokens: Tokens):
    trusting = door(tokens, proxy_user_header="X-Forwarded-User")
    assert trusting.admit(HERE, PROXIED, token=None, proxied="alice").name == "alice"
    with pytest.raises(Refused, match="needs a token"):
        trusting.admit(ELSEWHERE, PROXIED, token=None, proxied="alice")
    with pytest.raises(Refused, match="needs a token"):
        trusting.admit(HERE, HubAddress.parse("wss://0.0.0.0:1"), token=None, proxied="alice")
    with pytest.raises(Refused, match="in a way"):
        trusting.admit(HERE, PROXIED, token=None, proxied="a b\n")
    assert door(tokens).admit(HERE, PROXIED, token=None, proxied="alice").name != "alice"


@pytest.mark.parametrize(
    ("options", "token"),
    [
        ({"hub": {"token": "t"}}, "t"),
        ({"fimls": {"hub": {"token": "t"}}}, "t"),
        ({"token": "t"}, "t"),
        ({"fimls": {"token": "t"}}, "t"),
        ({"token": "old", "hub": {"token": "t"}}, "t"),
        ({"hub": {"token": ""}}, None),
        ({"hub": {"token": 5}}, None),
        ({"hub": []}, None),
        ([], None),
        (None, None),
        ("hub", None),
    ],
)
def test_the_token_in_initialization_options(options: object, token: str | None):
    assert token_in(options) == token
