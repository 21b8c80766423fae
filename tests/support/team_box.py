"""A team's box as HUB.md describes it, in a folder, on a machine where systemd need not run.

The commands are those of HUB.md, run by a shell. `systemctl` does with the hub's own unit what
systemd does: it starts `ExecStart` with the sockets, which stay open, and waits for `READY=1`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
HUB_MD = REPOSITORY / "server" / "HUB.md"
UNIT = REPOSITORY / "configs" / "systemd" / "fimls-hub.service"
START_S = 60

PROGRAMS = {
    "sudo": 'if [ "$1" = -u ]; then shift 2; fi; exec "$@"',
    "fimls": f'exec {shlex.quote(sys.executable)} -m fimls "$@"',
    "journalctl": 'cat "$BOX/journal"',
    "systemctl": 'echo "$@" >"$BOX/control"; cat "$BOX/answer"',
}
"""Stand-ins for what a box has: root, the installed program, the journal and systemd."""


def documented(to: str) -> str:
    """Return the command that HUB.md names for something an operator wants to do."""
    row = re.search(rf"^\| {re.escape(to)} \| `(.*)` \|$", HUB_MD.read_text("utf-8"), re.M)
    assert row, to
    return row[1].replace("\\|", "|")


class TeamBox:
    """The box.

    Attributes:
        folder: everything is in it.
        port: where the hub listens by TLS.
        metrics: the port of its status page.
        starts: how often the hub was started.
        away: when it was asked to end, and when the next one was ready, by the monotonic clock.
    """

    def __init__(self, folder: Path) -> None:
        """Open the sockets of its units, and put the programs there."""
        self.folder = folder
        self.starts = 0
        self.away: list[tuple[float, float]] = []
        self._environment = {
            **os.environ,
            "ROOT": os.fspath(folder),
            "BOX": os.fspath(folder),
            "PATH": f"{folder}/bin:{os.environ['PATH']}",
        }
        for name in ("etc", "bin", "opt/fimls/.venv/bin"):
            (folder / name).mkdir(parents=True)
        (folder / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n", encoding="utf-8")
        (folder / "etc/group").write_text("root:x:0:\n", encoding="utf-8")
        for name, body in PROGRAMS.items():
            self._program(f"bin/{name}", body)
        self._program("opt/fimls/.venv/bin/fimls", PROGRAMS["fimls"])
        # What it would install is here already, and this environment is not the box's to change.
        self._program("opt/fimls/.venv/bin/pip", "exit 0")
        for name in ("control", "answer"):
            os.mkfifo(folder / name)
        self._tls = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._tls.getsockname()[1]
        self._ws = socket.create_server(("127.0.0.1", 0))
        self.metrics: int = self._ws.getsockname()[1]
        self._process: asyncio.subprocess.Process | None = None

    def path(self, text: str) -> str:
        """Return a command with the places of the box in place of a machine's."""
        for place in ("/etc/fimls", "/var/lib/fimls", "/opt/fimls", "/etc/systemd/system"):
            text = text.replace(place, f"{self.folder}{place}")
        text = text.replace("tls://0.0.0.0:7443", "tls://127.0.0.1:0")
        return text.replace("127.0.0.1:9464", f"127.0.0.1:{self.metrics}")

    async def run(self, command: str, **environment: str) -> str:
        """Run a command of HUB.md; returns what it prints, and fails if it does."""
        process = await asyncio.create_subprocess_exec(
            *("bash", "-euo", "pipefail", "-c", self.path(command)),
            cwd=self.folder,
            env=self._environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        async with asyncio.timeout(START_S):
            said = (await process.communicate())[0].decode()
        assert process.returncode == 0, (command, said)
        return said

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator[None, None]:
        """Run the hub as its unit says, and do what `systemctl` asks, until the block ends."""
        await self._start()
        controlling = asyncio.create_task(self._control())
        try:
            yield
        finally:
            controlling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await controlling
            await self._stop()
            self._tls.close()
            self._ws.close()

    async def _control(self) -> None:
        reading = os.open(self.folder / "control", os.O_RDONLY | os.O_NONBLOCK)
        try:
            while True:
                await asyncio.sleep(0.05)
                with contextlib.suppress(BlockingIOError):
                    if verb := os.read(reading, 4096).decode().split():
                        await self._do(verb[0])
        finally:
            os.close(reading)

    async def _do(self, verb: str) -> None:
        said = ""
        if verb == "reload":
            reload = self._of_unit("ExecReload").replace("$MAINPID", str(self.pid))
            await self.run(reload)
        elif verb == "restart":
            begun = time.monotonic()
            await self._stop()
            await self._start()
            self.away.append((begun, time.monotonic()))
        elif verb == "disable":
            await self._stop()
        else:
            said = f"systemctl {verb} is not done here\n"
        await asyncio.to_thread((self.folder / "answer").write_text, said, "utf-8")

    @property
    def pid(self) -> int:
        """The hub's process."""
        assert self._process is not None
        return self._process.pid

    async def _start(self) -> None:
        self.starts += 1
        told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        told.setblocking(False)
        ready = self.folder / f"ready{self.starts}"
        told.bind(os.fspath(ready))
        with told, (self.folder / "journal").open("ab") as journal:
            handed = (self._tls.fileno(), self._ws.fileno())
            script = f'exec env LISTEN_PID=$$ "$@" 3<&{handed[0]} 4<&{handed[1]}'
            command = shlex.split(self.path(self._of_unit("ExecStart")))
            self._process = await asyncio.create_subprocess_exec(
                *("bash", "-c", script, "hub", *command),
                env={
                    **self._environment,
                    "LISTEN_FDS": "2",
                    "LISTEN_FDNAMES": "tls:ws",
                    "NOTIFY_SOCKET": os.fspath(ready),
                },
                pass_fds=handed,
                stderr=journal,
                stdout=subprocess.DEVNULL,
            )
            async with asyncio.timeout(START_S):
                loop = asyncio.get_running_loop()
                while b"READY=1" not in await loop.sock_recv(told, 4096):
                    pass

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(float(self._of_unit("TimeoutStopSec"))):
            await process.wait()

    def _program(self, name: str, body: str) -> None:
        file = self.folder / name
        file.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        file.chmod(0o755)

    def _of_unit(self, key: str) -> str:
        found = re.search(rf"^{key}=(.*)$", UNIT.read_text("utf-8"), re.M)
        assert found, key
        return found[1]
