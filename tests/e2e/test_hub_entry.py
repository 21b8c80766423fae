"""Who comes in at a hub, and who does not: tokens, TLS, and what is refused before it starts."""

from __future__ import annotations

import asyncio
import datetime
import json
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from fimls.errors import ConfigurationError
from fimls.hub.hub import Hub
from fimls.hub.hub_address import HubAddress
from fimls.hub.hub_client import connect as uplink
from fimls.hub.unreachable_causes import HubUnreachable
from support.fake_sglang import FakeSGLang
from support.hub import HubEditor, running_hub, write_settings
from support.wire import opened

AUTHORITY = trustme.CA()
TRUST = ssl.create_default_context()
AUTHORITY.configure_trust(TRUST)


def write_certificate(folder: Path, certificate: trustme.LeafCert) -> dict[str, str]:
    """Write a certificate and its key; returns the settings that name them."""
    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    key.write_bytes(certificate.private_key_pem.bytes())
    return {"tls_certificate": str(chain), "tls_key": str(key)}


@pytest.fixture
async def hub(sglang: FakeSGLang, tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub that listens at all of this machine's addresses, with a token for alice."""
    tls = write_certificate(tmp_path, AUTHORITY.issue_cert("127.0.0.1"))
    settings = write_settings(tmp_path / "fimls.toml", sglang.url, **tls)
    maker = Hub(settings)
    maker.tokens.create("alice")
    async with running_hub(settings, "tls://0.0.0.0:0", "wss://0.0.0.0:0") as hub:
        hub.addresses[:] = [
            HubAddress(scheme=each.scheme, host="127.0.0.1", port=each.port)
            for each in hub.addresses
        ]
        yield hub


async def refusal(hub: Hub, token: str | None) -> str:
    """Return what an editor with this token is told; the connection ends."""
    async with await HubEditor.connect(hub.addresses[0], TRUST) as editor:
        error = (await editor.enter(token=token))["error"]
        assert error["code"] == -32_001
        assert await editor.read() is None
        return error["message"]


async def test_tls_with_a_token(hub: Hub, sglang: FakeSGLang):
    sglang.script = ["safe"]
    _, token = hub.tokens.create("bob", team="kernel")
    async with await HubEditor.connect(hub.addresses[0], TRUST) as editor:
        assert "result" in await editor.enter(token=token)
        editor.send(opened("x"))
        assert await editor.complete(0, 1) == ["safe"]
    assert token not in json.dumps(sglang.requests)


async def test_no_token_a_wrong_one_and_a_revoked_one(hub: Hub, caplog: pytest.LogCaptureFixture):
    made, token = hub.tokens.create("bob")
    assert "needs a token" in await refusal(hub, None)
    assert "does not know the token" in await refusal(hub, token[:-1] + "?")
    async with await HubEditor.connect(hub.addresses[0], TRUST) as editor:
        await editor.enter(token=token)
        hub.tokens.revoke(made.id)
        await hub.reload()
        await editor.until_closed()
        assert "Your token was revoked" in editor.shown()[-1]
    assert "does not know the token" in await refusal(hub, token)
    assert token not in caplog.text


async def test_wrong_tokens_lock_out_nobody_else(hub: Hub):
    _, token = hub.tokens.create("bob")
    for _ in range(12):
        last = await refusal(hub, "fimls_guess")
    assert "too many wrong tokens" in last
    async with await HubEditor.connect(hub.addresses[0], TRUST) as editor:
        assert "result" in await editor.enter(token=token)


async def test_a_token_in_the_header_of_a_websocket(hub: Hub, sglang: FakeSGLang):
    _, token = hub.tokens.create("bob")
    url = str(hub.addresses[1])
    header = {"Authorization": f"Bearer {token}"}
    async with connect(url, ssl=TRUST, additional_headers=header) as socket:
        params: dict[str, Any] = {"processId": None, "rootUri": None, "capabilities": {}}
        message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
        await socket.send(json.dumps(message))
        assert "result" in json.loads(await socket.recv())
    for wrong in (f"Bearer {token[:-1]}", "Basic YTpi"):
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, ssl=TRUST, additional_headers={"Authorization": wrong})
        assert refused.value.response.status_code == 401


async def test_a_client_does_not_speak_with_an_expired_certificate(
    sglang: FakeSGLang, tmp_path: Path
):
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    expired = AUTHORITY.issue_cert("127.0.0.1", not_after=yesterday)
    tls = write_certificate(tmp_path, expired)
    settings = write_settings(tmp_path / "fimls.toml", sglang.url, **tls)
    authority = tmp_path / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(str(authority))
    async with running_hub(settings, "tls://127.0.0.1:0") as hub:
        with pytest.raises(HubUnreachable, match="has expired: have it renewed"):
            await uplink(hub.addresses[0], token=None, authority=authority)
        with pytest.raises(
            HubUnreachable, match="is not trusted"
        ):  # nor with one of nobody it knows
            await uplink(hub.addresses[0], token=None, authority=None)
        # Renewed, it is good without a new start.
        write_certificate(tmp_path, AUTHORITY.issue_cert("127.0.0.1"))
        await hub.reload()
        link = await uplink(hub.addresses[0], token=None, authority=authority)
        await link.aclose()


@pytest.mark.parametrize("scheme", ["tcp", "ws"])
async def test_a_client_sends_nothing_unencrypted_to_another_machine(scheme: str):
    address = HubAddress.parse(f"{scheme}://192.0.2.1:1")
    with pytest.raises(ConfigurationError, match="use tls:// or wss://"):
        await uplink(address, token="t", authority=None)


@pytest.mark.parametrize(
    ("address", "settings", "says"),
    [
        ("tcp://0.0.0.0:0", {}, "go unencrypted: listen at tls://0.0.0.0"),
        ("ws://[::]:0", {}, "unencrypted"),
        ("tls://0.0.0.0:0", {}, "no tokens yet"),
        ("tls://127.0.0.1:0", {}, "needs a certificate"),
        ("tls://127.0.0.1:0", {"tls_certificate": "no", "tls_key": "no"}, "cannot be used"),
        ("tcp://192.0.2.1:0", {}, "unencrypted"),
        ("unix:/proc/no/h.sock", {}, "Nothing can listen"),
    ],
)
async def test_a_hub_refuses_to_start(
    tmp_path: Path, address: str, settings: dict[str, Any], says: str
):
    hub = Hub(write_settings(tmp_path / "fimls.toml", "http://127.0.0.1:9", **settings))
    with pytest.raises(ConfigurationError, match=says):
        await hub.start([HubAddress.parse("tcp://127.0.0.1:0"), HubAddress.parse(address)])
    assert hub.addresses == []
    await hub.aclose()


async def test_two_hubs_do_not_share_a_socket_and_a_dead_ones_is_taken_over(
    sglang: FakeSGLang, tmp_path: Path
):
    settings = write_settings(tmp_path / "fimls.toml", sglang.url)
    path = tmp_path / "h.sock"
    async with running_hub(settings, f"unix:{path}") as hub:
        assert path.stat().st_mode & 0o777 == 0o600
        with pytest.raises(ConfigurationError, match="another hub listens there"):
            await Hub(settings).start([HubAddress.parse(f"unix:{path}")])
        async with await HubEditor.connect(hub.addresses[0]) as editor:
            assert "result" in await editor.enter()
    import socket

    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    async with running_hub(settings, f"unix:{path}"):
        pass
    path.write_text("a file", "utf-8")
    with pytest.raises(ConfigurationError, match="no socket is there"):
        await Hub(settings).start([HubAddress.parse(f"unix:{path}")])
    assert path.read_text("utf-8") == "a file"


async def test_a_proxy_names_the_user(sglang: FakeSGLang, tmp_path: Path):
    settings = write_settings(
        tmp_path / "fimls.toml", sglang.url, proxy_user_header="X-Forwarded-User"
    )
    async with running_hub(settings, "ws://127.0.0.1:0") as hub:
        url = str(hub.addresses[0])
        async with connect(url, additional_headers={"X-Forwarded-User": "carol"}):
            async with asyncio.timeout(5):
                while not [c for c in hub.connections if c.session.user]:
                    await asyncio.sleep(0.005)
            (connection,) = hub.connections
            assert connection.session.user is not None
            assert connection.session.user.name == "carol"
        while hub.connections:
            await asyncio.sleep(0.005)
        with pytest.raises(InvalidStatus):
            await connect(url, additional_headers={"X-Forwarded-User": "a b"})
        # What the client sent stands before what the proxy adds.
        forged = [("X-Forwarded-User", "mallory"), ("X-Forwarded-User", "dave")]
        async with connect(url, additional_headers=forged):
            async with asyncio.timeout(5):
                while not [c for c in hub.connections if c.session.user]:
                    await asyncio.sleep(0.005)
            names = {c.session.user.name for c in hub.connections if c.session.user}
            assert names == {"dave"}
