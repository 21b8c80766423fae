"""A hub before the real engine: what users share there and what they do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fimls.engine.supervisor import Engine
from support.hub import HubEditor, running_hub, write_settings
from support.wire import opened

pytestmark = pytest.mark.engine

SOURCE = "".join(f"def number_{i}():\n    return {i}\n\n\n" for i in range(20)) + "def add(a, b):\n"


async def cached(hub: Any, token: str, *, root: str | None = None) -> tuple[int, int]:
    """Ask for a completion as the token's user; returns cached and all tokens of the prompt."""
    async with await HubEditor.connect(hub.addresses[0]) as editor:
        assert "result" in await editor.enter(token=token, root=root)
        editor.send(opened(SOURCE))
        assert await editor.complete(81, 0)
        usage = [m["params"] for m in editor.received if m.get("method") == "$/fimls/usage"][-1]
        return usage["cachedTokens"], usage["promptTokens"]


@pytest.mark.parametrize("kind", ["user", "team", "repository", "everybody"])
async def test_who_shares_the_cache(engine: Engine, tmp_path: Path, kind: str):
    settings = write_settings(tmp_path / "fimls.toml", engine.url, cache=kind, require_token=True)
    async with running_hub(settings, "tcp://127.0.0.1:0") as hub:
        _, alice = hub.tokens.create("alice", team="kernel")
        _, bob = hub.tokens.create("bob", team="kernel")
        _, carol = hub.tokens.create("carol", team="kernel")
        _, eve = hub.tokens.create("eve", team="other")
        here, there = "file:///home/alice/linux", "file:///home/carol/other"
        first, whole = await cached(hub, alice, root=here)
        assert first == 0
        again, _ = await cached(hub, alice, root=here)
        assert again >= whole - 1
        shares = {
            "team and repository": (await cached(hub, bob, root="file:///x/linux"))[0] > 0,
            "team": (await cached(hub, carol, root=there))[0] > 0,
            "nothing": (await cached(hub, eve, root=here))[0] > 0,
        }
    assert [name for name, share in shares.items() if share] == {
        "user": [],
        "team": ["team and repository", "team"],
        "repository": ["team and repository"],
        "everybody": ["team and repository", "team", "nothing"],
    }[kind]
