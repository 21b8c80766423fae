"""A hub whose certificate is no good, at its start or put in the place of another while it runs."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from pathlib import Path

import pytest
import trustme

from fimls.hub.hub import Hub
from fimls.hub.hub_address import HubAddress
from fimls.hub.hub_client import connect
from fimls.hub.unreachable_causes import HubUnreachable
from support.fake_sglang import FakeSGLang
from support.hub import HubEditor, write_settings
from support.wire import opened

AUTHORITY, NOBODY = trustme.CA(), trustme.CA()
TRUST = ssl.create_default_context(cadata=AUTHORITY.cert_pem.bytes().decode())
NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)

GOOD = AUTHORITY.issue_cert("127.0.0.1")
OUT_OF_TIME = {
    "has expired": AUTHORITY.issue_cert("127.0.0.1", not_before=NOW - 2 * DAY, not_after=NOW - DAY),
    "is not valid yet": AUTHORITY.issue_cert(
        "127.0.0.1", not_before=NOW + DAY, not_after=NOW + 2 * DAY
    ),
}
OF_OTHERS = {
    "is for another name": AUTHORITY.issue_cert("elsewhere.test"),
    "is not trusted": NOBODY.issue_cert("127.0.0.1"),
}


class Place:
    """A hub's settings with a certificate, and what a client sees who comes."""

    def __init__(self, folder: Path, engine: str) -> None:
        self.folder = folder
        self.put(GOOD)
        AUTHORITY.cert_pem.write_to_path(str(folder / "ca.pem"))
        chain, key = (str(folder / name) for name in ("chain.pem", "key.pem"))
        self.hub = Hub(
            write_settings(folder / "fimls.toml", engine, tls_certificate=chain, tls_key=key)
        )

    def put(self, certificate: trustme.LeafCert) -> None:
        chain = b"".join(pem.bytes() for pem in certificate.cert_chain_pems)
        (self.folder / "chain.pem").write_bytes(chain)
        (self.folder / "key.pem").write_bytes(certificate.private_key_pem.bytes())

    async def start(self) -> None:
        await self.hub.start([HubAddress.parse("tls://127.0.0.1:0")])

    async def told(self) -> str:
        """Return why somebody does not come in, or nothing."""
        try:
            client = await connect(self.hub.addresses[0], None, authority=self.folder / "ca.pem")
        except HubUnreachable as error:
            return str(error)
        await client.aclose()
        return ""

    @property
    def troubles(self) -> str:
        return " ".join(self.hub.troubles.now())


@pytest.fixture
def place(tmp_path: Path, sglang: FakeSGLang) -> Place:
    sglang.script = ["right"]
    return Place(tmp_path, sglang.url)


@pytest.mark.parametrize("how", OUT_OF_TIME)
async def test_one_that_is_not_valid_now_is_told_of_at_the_start(place: Place, how: str):
    place.put(OUT_OF_TIME[how])
    await place.start()
    try:
        assert how in await place.told()
        assert "No client will trust the certificate" in place.troubles
        assert "have it renewed, or set this machine's clock." in place.troubles
        place.put(GOOD)
        await place.hub.reload()
        assert place.troubles == await place.told() == ""
    finally:
        await place.hub.aclose()


@pytest.mark.parametrize("how", [*OUT_OF_TIME, *OF_OTHERS, "renewed"])
async def test_one_that_takes_the_place_of_another_while_the_hub_runs(place: Place, how: str):
    """Who is inside stays there; one that nobody could trust does not take the place."""
    await place.start()
    try:
        async with await HubEditor.connect(place.hub.addresses[0], TRUST) as inside:
            await inside.enter()
            inside.send(opened("x"))
            new = {**OUT_OF_TIME, **OF_OTHERS, "renewed": AUTHORITY.issue_cert("127.0.0.1")}[how]
            place.put(new)
            assert await place.told() == ""  # nothing is read before the hub is told to
            await place.hub.reload()
            assert await inside.complete(0, 1) == ["right"]
            assert inside.shown() == []
        says = await place.told()
        if how in OF_OTHERS:  # by which name the hub is called, and whom one trusts, it cannot know
            assert how in says
            assert says.endswith(".")
        else:
            assert says == ""
        kept = how in OUT_OF_TIME
        assert ("Nothing was read again" in place.troubles) == kept
        assert (await shown_by(place.hub.addresses[0]) == in_bytes(GOOD)) == kept
    finally:
        await place.hub.aclose()


async def test_one_that_ends_while_the_hub_runs_is_told_of(place: Place):
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=4)
    place.put(AUTHORITY.issue_cert("127.0.0.1", not_before=NOW - DAY, not_after=soon))
    await place.start()
    try:
        assert place.troubles == ""
        async with asyncio.timeout(15):
            while not place.troubles:
                await asyncio.sleep(0.1)
        assert "has expired" in place.troubles
        assert "has expired" in await place.told()
    finally:
        await place.hub.aclose()


def in_bytes(certificate: trustme.LeafCert) -> bytes:
    return ssl.PEM_cert_to_DER_cert(certificate.cert_chain_pems[0].bytes().decode())


async def shown_by(address: HubAddress) -> bytes | None:
    anything = ssl.create_default_context()
    anything.check_hostname, anything.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection(address.host, address.port, ssl=anything)
    shown: ssl.SSLObject = writer.get_extra_info("ssl_object")
    writer.close()
    return shown.getpeercert(binary_form=True)
