"""``sglang-router`` in front of engines, as configs/router starts it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

PATIENCE_S = 60.0


@contextmanager
def routed(
    urls: Sequence[str], *, policy: str = "cache_aware", port: int = 0
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start a router; yields its address and its process, which is killed at the end."""
    port = port or _free_port()
    command = [sys.executable, "-m", "sglang_router.launch_router", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--worker-urls", *urls, "--policy", policy]
    command += ["--cb-failure-threshold", "3", "--health-check-interval-secs", "5"]
    command += ["--health-failure-threshold", "2", "--log-level", "error"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            until = time.monotonic() + PATIENCE_S
            while time.monotonic() < until and process.poll() is None:
                with suppress(OSError), urllib.request.urlopen(f"{url}/readiness"):
                    break
                time.sleep(0.2)
            yield url, process
        finally:
            process.kill()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
