"""Fast typing with the real engine: few sockets at any time, and none that is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import math

import pytest

from fimls.bench.typing_tally import Tally
from fimls.engine.supervisor import Engine
from support.under_load import hub, serve, typist

pytestmark = pytest.mark.engine

KEYS, MS = 300, 60.0
MOST, AFTER_REST, REST_S = 8, 2, 12.0


@pytest.mark.parametrize("start", [serve, hub], ids=["serve", "hub"])
async def test_fast_typing_takes_few_sockets(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory, start
):
    tally, most = Tally(), 0
    async with start(engine.url, tmp_path_factory.mktemp("s")) as served:
        url = engine.url if start is serve else ""
        editor = await served.connect(lambda: typist(tally, keys_per_s=1e3 / MS, url=url))
        typing = asyncio.create_task(editor.run(math.inf))
        while tally.keys < KEYS and not typing.done():
            most = max(most, served.held().sockets)
            await asyncio.sleep(0.1)
        typing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await typing
        await asyncio.sleep(REST_S)
        rest = served.held().sockets
    assert tally.keys >= KEYS
    assert 0 < most <= MOST
    assert rest <= AFTER_REST
