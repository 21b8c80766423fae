"""Every way to spoil what a hub is told: nobody comes in who could not before, and it says why."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from fimls.errors import ConfigurationError
from fimls.hub.hub import Hub
from fimls.hub.hub_address import HubAddress
from fimls.hub.tokens import Tokens
from support.fake_sglang import FakeSGLang
from support.hub import HubEditor, write_settings
from support.wire import opened

AUTHORITY = trustme.CA()
TRUST = ssl.create_default_context()
AUTHORITY.configure_trust(TRUST)
CERTIFICATE, OTHER = (AUTHORITY.issue_cert("127.0.0.1") for _ in range(2))

Spoil = Callable[[Path], object]


def text(new: str) -> Spoil:
    return lambda file: file.write_text(new, "utf-8")


def data(new: bytes) -> Spoil:
    return lambda file: file.write_bytes(new)


def put(new: str, *, behind: str = "") -> Spoil:
    """Write something into a settings file, behind a line of it or at its end."""

    def spoil(file: Path) -> None:
        old = file.read_text("utf-8")
        file.write_text(old.replace(behind, f"{behind}\n{new}") if behind else f"{old}\n{new}\n")

    return spoil


def swap(old: str, new: str) -> Spoil:
    def spoil(file: Path) -> None:
        before = file.read_text("utf-8")
        assert old in before
        file.write_text(before.replace(old, new), "utf-8")

    return spoil


def cut(share: float) -> Spoil:
    def spoil(file: Path) -> None:
        whole = file.read_bytes()
        file.write_bytes(whole[: int(len(whole) * share)])

    return spoil


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def link(to: str) -> Spoil:
    def spoil(file: Path) -> None:
        file.unlink()
        file.symlink_to(to)

    return spoil


def entry(**changes: object) -> Spoil:
    """Write wrong values into the entries of a tokens file."""

    def spoil(file: Path) -> None:
        table = json.loads(file.read_text("utf-8"))
        for each in table["tokens"]:
            each.update(changes)
        file.write_text(json.dumps(table), "utf-8")

    return spoil


def locked_key(file: Path) -> None:
    key = serialization.load_pem_private_key(file.read_bytes(), None)
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )


ANY_FILE: dict[str, Spoil] = {
    "empty": data(b""),
    "blank": data(b"\n \n"),
    "removed": Path.unlink,
    "no text": data(b"\xff\xfe\0\0\x80"),
    "folder": folder,
    "pipe": pipe,
    "link to nothing": link("/nowhere/at/all"),
    "link to itself": lambda file: link(file.name)(file),
    "device": link("/dev/null"),
    "endless": link("/dev/zero"),
    "too large": lambda file: file.write_bytes(b"#" * 2**24),
    "cut in half": cut(0.5),
    "cut near its end": cut(0.97),
}
SETTINGS: dict[str, Spoil] = {
    **ANY_FILE,
    "lists without end": put("x = " + "[" * 3_000),
    "nested lists": put("x = " + "[" * 3_000 + "]" * 3_000),
    "inline tables": put("x = " + "{a=" * 3_000),
    "a number of 5,000 digits": put("x = " + "9" * 5_000),
    "a hexadecimal number": put("connections = 0x" + "f" * 5_000, behind="[hub]"),
    "a dotted name": put(".".join("a" * 10_000) + " = 1"),
    "a text for a truth": swap("require_token = true", 'require_token = "yes"'),
    "a truth as text": swap("require_token = true", 'require_token = "true"'),
    "a number for a truth": swap("require_token = true", "require_token = 1"),
    "another name": swap("require_token", "require_tokens"),
    "another table": swap("[hub]", "[Hubs]"),
    "a table that is a number": put("log = 1", behind=""),
    "an array of tables": swap("[hub]", "[[hub]]"),
    "a table that is not closed": swap("[hub]", "[hub"),
    "the line is gone": swap("require_token = true\n", ""),
    "only the table is left": text("[hub]\n"),
    "all but the engine is gone": text('[engine]\nurl = "http://127.0.0.1:30000"\n'),
    "the engine is gone": swap("[engine]\nurl", "[log]\nlevel = 'info'\n# url"),
    "comments alone": text("# settings\n"),
    "an unknown engine setting": put("uri = 1", behind="[engine]"),
    "an address that is none": swap('url = "http', 'url = "gopher'),
    "a NUL": swap('tokens_file = "', 'tokens_file = "\\u0000'),
    "too many editors": put("connections = 1000000000", behind="[hub]"),
    "an unknown cache": put('cache = "all"', behind="[hub]"),
    "a mode that is none": put('socket_mode = "0999"', behind="[hub]"),
    "an action that is none": put("[refactor.custom.x]\ntitle = 1"),
    "certificate named no more": swap("tls_certificate", "# tls_certificate"),
    "other tokens named": swap("tokens.json", "nowhere.txt"),
}
TOKENS: dict[str, Spoil] = {
    **ANY_FILE,
    "a list": text("[]"),
    "no entries": text('{"tokens": [{"user": "x"}]}'),
    "nested": text("[" * 100_000),
    "nested in an entry": text('{"tokens": [' + "[" * 100_000 + "]" * 100_000 + "]}"),
    "a number of 5,000 digits": text('{"tokens": [{"created": ' + "9" * 5_000 + "}]}"),
    "expires by a text": entry(expires="tomorrow"),
    "expires never, by a number": entry(expires=float("inf")),
    "expires by what is none": entry(expires=float("nan")),
    "a user that is a number": entry(user=1),
    "a weight that is a text": entry(weight="1"),
    "a sum that is none": entry(sha256="0"),
    "no tokens": text('{"tokens": []}'),
}
CHAIN: dict[str, Spoil] = {
    **ANY_FILE,
    "of another key": lambda file: file.write_bytes(OTHER.cert_chain_pems[0].bytes()),
    "text": text("-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n"),
}
KEY: dict[str, Spoil] = {
    **ANY_FILE,
    "of another certificate": lambda file: file.write_bytes(OTHER.private_key_pem.bytes()),
    "with a password": locked_key,
}
FILES = {
    "fimls.toml": SETTINGS,
    "tokens.json": TOKENS,
    "chain.pem": CHAIN,
    "key.pem": KEY,
}
ROWS = [(file, way) for file, ways in FILES.items() for way in ways]
CANNOT_BE_SEEN = {
    # At the start nobody knows what was there before; the door is as closed as the file says.
    ("fimls.toml", "all but the engine is gone"),
    ("fimls.toml", "the line is gone"),
    ("fimls.toml", "the engine is gone"),
}
HARMLESS = {("chain.pem", "cut near its end"), ("key.pem", "cut near its end")}
"""OpenSSL does without the line end, or part of the authority's certificate is what is cut off."""


@attrs.define
class Place:
    settings: Path
    tokens: dict[str, str | None]

    async def who(self, hub: Hub) -> set[str]:
        """Return who comes in."""
        return {name for name, token in self.tokens.items() if await enters(hub, token)}


@pytest.fixture
def place(tmp_path: Path, sglang: FakeSGLang) -> Place:
    (tmp_path / "chain.pem").write_bytes(b"".join(b.bytes() for b in CERTIFICATE.cert_chain_pems))
    (tmp_path / "key.pem").write_bytes(CERTIFICATE.private_key_pem.bytes())
    settings = write_settings(
        tmp_path / "fimls.toml",
        sglang.url,
        require_token=True,
        tls_certificate=str(tmp_path / "chain.pem"),
        tls_key=str(tmp_path / "key.pem"),
    )
    tokens = Tokens(tmp_path / "tokens.json", clock=lambda: 0.0)
    shown: dict[str, str | None] = {name: tokens.create(name)[1] for name in ("alice", "revoked")}
    tokens.revoke("revoked")
    return Place(settings, {**shown, "nobody": None, "guess": "fimls_0123456789ab_" + "A" * 43})


async def enters(hub: Hub, token: str | None) -> bool:
    async with await HubEditor.connect(hub.addresses[0], TRUST) as editor:
        return "result" in await editor.enter(token=token)


@pytest.mark.parametrize(("file", "way"), ROWS)
async def test_a_hub_that_runs_lets_in_nobody_else(place: Place, file: str, way: str):
    hub = Hub(place.settings)
    await hub.start([HubAddress.parse("tls://127.0.0.1:0")])
    try:
        before, engine = await place.who(hub), hub.settings.engine
        assert before == {"alice"}
        FILES[file][way](place.settings.with_name(file))
        await hub.reload()
        assert await place.who(hub) <= before
        assert hub.settings.engine == engine
        if (file, way) not in HARMLESS:
            assert hub.troubles.now()
            assert all(sentence.endswith(".") for sentence in hub.troubles.now())
    finally:
        await hub.aclose()


@pytest.mark.parametrize(("file", "way"), [row for row in ROWS if row not in CANNOT_BE_SEEN])
async def test_a_hub_that_starts_lets_in_nobody_else(place: Place, file: str, way: str):
    FILES[file][way](place.settings.with_name(file))
    hub, why = await started(place)
    if hub is None:
        assert why.endswith(".")
        assert str(place.settings.parent) in why or "hub.tls_" in why
        return
    try:
        assert await place.who(hub) <= {"alice"}
        assert hub.troubles.now() or (file, way) in HARMLESS
    finally:
        await hub.aclose()


async def started(place: Place) -> tuple[Hub | None, str]:
    """Start a hub; returns it, or why it does not start."""
    try:
        hub = Hub(place.settings)
        await hub.start([HubAddress.parse("tls://127.0.0.1:0")])
    except ConfigurationError as error:
        return None, str(error)
    return hub, ""


async def test_a_session_does_not_read_a_file_that_is_half_saved(place: Place, sglang: FakeSGLang):
    """Without any signal: an editor that comes in, or changes its settings, has the hub's."""
    hub = Hub(place.settings)
    await hub.start([HubAddress.parse("tls://127.0.0.1:0")])
    sglang.script = ["right"]
    try:
        async with await HubEditor.connect(hub.addresses[0], TRUST) as inside:
            await inside.enter(token=place.tokens["alice"])
            inside.send(opened("x"))
            for spoil in (text("[completion]\nx ="), text("[hub]\n"), text("x = [[["), Path.unlink):
                spoil(place.settings)
                change = {"settings": {"completion": {"min_prefix": 0}}}
                inside.send({"method": "workspace/didChangeConfiguration", "params": change})
                assert await inside.complete(0, 1) == ["right"]
                async with await HubEditor.connect(hub.addresses[0], TRUST) as newcomer:
                    await newcomer.enter(token=place.tokens["alice"])
                    newcomer.send(opened("x"))
                    assert await newcomer.complete(0, 1) == ["right"]
                    assert newcomer.shown() == []  # nor is the hub's file theirs to know of
            assert inside.shown() == []
    finally:
        await hub.aclose()


async def test_what_was_wrong_is_over_when_it_is_corrected(place: Place):
    hub = Hub(place.settings)
    await hub.start([HubAddress.parse("tls://127.0.0.1:0")])
    try:
        good = place.settings.read_text("utf-8")
        place.settings.write_text(good[: len(good) // 2], "utf-8")
        await hub.reload()
        assert "Nothing was read again" in hub.troubles.now()[0]
        place.settings.write_text(good.replace("[hub]", "[hub]\nin_flight = 3"), "utf-8")
        await hub.reload()
        assert hub.troubles.now() == ()
        assert hub.shared.queue.room.in_flight == 3
        assert await place.who(hub) == {"alice"}
    finally:
        await hub.aclose()


async def test_who_was_revoked_leaves_although_the_file_was_broken_meanwhile(place: Place):
    """What cannot be read must not end looking."""
    hub = Hub(place.settings)
    await hub.start([HubAddress.parse("tls://127.0.0.1:0")])
    file = hub.tokens.file
    try:
        async with await HubEditor.connect(hub.addresses[0], TRUST) as inside:
            await inside.enter(token=place.tokens["alice"])
            good = json.loads(file.read_text("utf-8"))
            file.write_text("[" * 100_000, "utf-8")
            async with asyncio.timeout(10):
                while not hub.troubles.now():
                    await asyncio.sleep(0.05)
            file.write_text(json.dumps({**good, "tokens": []}), "utf-8")
            await inside.until_closed()
            assert "Your token was revoked" in inside.shown()[-1]
    finally:
        await hub.aclose()
