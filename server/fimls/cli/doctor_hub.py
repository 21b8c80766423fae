"""What ``fimls doctor`` finds at a hub: whether it lets this user in, and how its engine is."""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fimls.errors import FimlsError

if TYPE_CHECKING:
    from fimls.hub.hub_client import HubClient

PATIENCE_S = 15.0
"""How long a hub may take to get to know its engine."""

_STATUS = "$/fimls/status"


async def ask_hub(address: str, *, token: str | None, authority: Path | None) -> tuple[str, str]:
    """Begin a session as an editor does, and end it.

    Args:
        address: of the hub, as ``fimls connect`` takes it.
        token: what lets the user in, if anything.
        authority: PEM file of the authority that signed the hub's certificate.

    Returns:
        What the hub is called, and what is wrong with its engine, or nothing.

    Raises:
        FimlsError: no hub answers there, or it does not let this user in.
    """
    from fimls.hub.hub_address import HubAddress
    from fimls.hub.hub_client import connect

    where = HubAddress.parse(address)
    uplink = await connect(where, token, authority=authority)
    try:
        async with asyncio.timeout(PATIENCE_S):
            return str(where), await _converse(uplink, token)
    except TimeoutError as error:
        raise FimlsError(
            f"The hub at {where} does not answer within {PATIENCE_S:g} s: look at its log."
        ) from error
    finally:
        await uplink.aclose()


async def _converse(uplink: HubClient, token: str | None) -> str:
    options = {"hub": {"token": token}} if token else {}
    capabilities = {"experimental": {"fimls": {"status": True}}}
    await _send(
        uplink,
        id=1,
        method="initialize",
        params={"processId": None, "rootUri": None, "capabilities": capabilities}
        | {"initializationOptions": options},
    )
    while (message := await _receive(uplink)).get("id") != 1:
        pass
    if refusal := message.get("error"):
        raise FimlsError(str(refusal.get("message", refusal)))
    await _send(uplink, method="initialized", params={})
    state = "starting"
    params: dict[str, Any] = {}
    while state == "starting":
        message = await _receive(uplink)
        if message.get("method") == _STATUS:
            params = message["params"]
            state = params["state"]
        elif "method" in message and "id" in message:  # it asks for settings, say
            await _send(uplink, id=message["id"], result=None)
    await _send(uplink, id=2, method="shutdown")
    with contextlib.suppress(FimlsError):
        await _send(uplink, method="exit")
    return "" if state == "ready" else str(params.get("message") or state)


async def _send(uplink: HubClient, **message: Any) -> None:
    await uplink.send(json.dumps({"jsonrpc": "2.0", **message}).encode())


async def _receive(uplink: HubClient) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(await uplink.receive()))
