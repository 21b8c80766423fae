"""The commands of an operator, as HUB.md has them, while a team types at the hub."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from fimls.bench.simulated_editors import Editor
from fimls.bench.typing_tally import Tally
from support.team_box import REPOSITORY, TeamBox, documented
from support.under_load import TRACES, typist

PROGRAMS = ("bash", "curl", "git", "openssl", "systemd-sysusers")
USERS = ("ann", "ben", "eve")
KEYS_PER_S = 4.0
PATIENCE_S = 30.0
RECONNECT_S = 10.0
"""Pauses of `fimls connect` are 5 s at most; on a busy machine a session begins slowly."""

AWAY = "error -32801: The hub is away."

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="it makes a user, in a folder"),
    pytest.mark.skipif(
        not all(map(shutil.which, PROGRAMS)), reason=f"it wants {', '.join(PROGRAMS)}"
    ),
]


async def test_no_completion_is_lost_over_all_that_an_operator_does(tmp_path: Path):
    box, tally = TeamBox(tmp_path), Tally()
    with engine() as url:
        tokens = await installed(box, url)
        async with box.running():
            editors = [
                typist(tally, keys_per_s=KEYS_PER_S, seed=number, cancels=False)
                for number, _ in enumerate(USERS)
            ]
            typing = [
                asyncio.create_task(types(box, editor, token))
                for editor, token in zip(editors, tokens, strict=True)
            ]
            await seen(tally)

            assert "bad" not in await box.run(documented("see what would happen"))
            token = (await box.run(documented("add a user").replace("ann", "dora"))).split()[-1]
            rotated = await box.run(documented("rotate a token").replace("ann", "dora"))
            assert token not in rotated
            listed = await box.run(documented("see tokens, and until when they are good"))
            assert re.search(r"\bann\b.*\bnever\s*$", listed, re.M)  # as long as nobody revokes it
            used = await box.run(documented("see who uses what"), TOKEN=tokens[0])
            assert 'user="ann"' in used

            reload = documented("take new settings, tokens, certificate")
            await box.run(f"{certificate()}; {reload}")
            await seen(tally)
            await box.run(documented("drain and restart"))
            await seen(tally)
            await box.run(documented("upgrade"))
            await seen(tally)
            assert box.starts == 3

            await box.run(documented("back up"))
            kept = await box.run("tar tzf fimls.tar.gz")
            assert "/etc/fimls/fimls.toml" in kept
            assert "/var/lib/fimls/tokens.json" in kept
            before = (box.folder / "var/lib/fimls/tokens.json").read_bytes()
            (box.folder / "var/lib/fimls/tokens.json").write_bytes(b"{")
            unpack, _, reload = documented("restore").partition(" && ")
            # What was packed with the box's folder before its names is unpacked the same way.
            await box.run(f"{unpack} && {reload}")
            assert (box.folder / "var/lib/fimls/tokens.json").read_bytes() == before
            await seen(tally)
            assert "ann" in await box.run(documented("read the log of one user"))
            assert "revoked" in await box.run(documented("revoke").replace("ann", "dora"))

            for editor in editors:
                editor.until = 0.0
            await asyncio.gather(*typing)
            await box.run(documented("remove"))
    assert tally.lost == 0
    assert tally.stale == 0
    # `fimls connect` answers by itself what is asked while there is no hub: nothing else fails.
    asked_away = [
        each
        for each in tally.answers
        if any(begun <= each.sent <= ready + RECONNECT_S for begun, ready in box.away)
    ]
    assert tally.errors.keys() <= {AWAY}
    assert tally.errors.get(AWAY, 0) <= len(asked_away)
    assert len(tally.answers) == tally.keys
    left = (await box.run("find etc opt var -name 'fimls*'")).split()
    assert left == ["etc/sysusers.d/fimls.conf"]


def certificate() -> str:
    """Return the command of HUB.md that makes or renews a certificate."""
    return "sh /opt/fimls/configs/systemd/certificate.sh localhost /etc/fimls"


async def installed(box: TeamBox, url: str) -> list[str]:
    """Set the box up as HUB.md says; returns the tokens of its users."""
    source = box.folder / "source"
    await box.run(f"git clone -q --no-hardlinks {REPOSITORY} {source}")
    await box.run(f"git clone -q {source} fresh && cp -r fresh/. opt/fimls && rm -r fresh")
    await box.run("sh /opt/fimls/configs/systemd/install.sh")
    await box.run(certificate())
    settings = box.folder / "etc/fimls/fimls.toml"
    text = box.path(settings.read_text("utf-8")).replace("http://127.0.0.1:30000", url)
    settings.write_text(text, encoding="utf-8")
    create = documented("add a user")
    return [(await box.run(create.replace("ann", user))).split()[-1] for user in USERS]


async def types(box: TeamBox, editor: Editor, token: str) -> None:
    """Type in an editor that reaches the hub as HUB.md says, until it is told to end."""
    ours, its = socket.socketpair()
    address, ca = f"tls://localhost:{box.port}", str(box.folder / "etc/fimls/authority.pem")
    command = [sys.executable, "-m", "fimls", "connect", address, "--ca", ca]
    environment = {**os.environ, "FIMLS_HUB_TOKEN": token}
    bridge = await asyncio.create_subprocess_exec(
        *command, stdin=its.fileno(), stdout=its.fileno(), env=environment
    )
    its.close()
    try:
        await asyncio.get_running_loop().create_connection(lambda: editor, sock=ours)
        await editor.run(math.inf)
    finally:
        bridge.terminate()
        await bridge.wait()


async def seen(tally: Tally) -> None:
    """Wait until a suggestion is shown for what is typed from now on."""
    now = time.monotonic()
    async with asyncio.timeout(PATIENCE_S):
        while not any(each.outcome == "shown" and each.sent > now for each in tally.answers):
            await asyncio.sleep(0.1)


@contextlib.contextmanager
def engine() -> Generator[str]:
    """Run the engine that computes nothing; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    lines = [str(file) for file in TRACES]
    command = [sys.executable, "-m", "fimls.bench.fake_engine", "--port", port, "--lines", *lines]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
