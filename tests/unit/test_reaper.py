"""Nothing that tests have started goes on when they are over, however they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

PATIENCE_S = 60
TESTS = Path(__file__).parents[1]

STARTS_AND_STAYS = """
import os, subprocess, sys, time

def test_of_programs_with_children():
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    for command in (
        ["sleep", "600"],
        ["sh", "-c", "sleep 600 & setsid sleep 600 & wait"],  # one has a session of its own
        ["sh", "-c", "(sleep 600 &) ; exit"],  # the parent has ended already
        [sys.executable, "-c", deaf],
    ):
        subprocess.Popen(command)
    time.sleep(0.5)
    open(__file__ + ".started", "w").close()
    {then}
"""


@pytest.mark.parametrize(
    ("then", "end", "workers"),
    [
        pytest.param("time.sleep(600)", signal.SIGKILL, [], id="it is killed"),
        pytest.param("time.sleep(600)", signal.SIGINT, [], id="it is interrupted"),
        pytest.param("time.sleep(600)", None, [], id="a test takes too long"),
        pytest.param("pass", None, [], id="it passes, and forgets them"),
        pytest.param("time.sleep(600)", signal.SIGKILL, ["-n1"], id="it is killed, with workers"),
        pytest.param("os._exit(1)", None, ["-n1"], id="a worker dies"),
    ],
)
def test_what_tests_started_ends_with_them(
    tmp_path: Path, then: str, end: signal.Signals | None, workers: list[str]
):
    file, started = tmp_path / "test_it.py", tmp_path / "test_it.py.started"
    text = STARTS_AND_STAYS.replace("{then}", then)
    file.write_text(text, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\ntimeout_method = thread\n", encoding="utf-8")
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["support.reaper"]\n', encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "xdist",
        "-p",
        "pytest_timeout",
        "--timeout=5",
    ]
    run = subprocess.Popen(
        [*command, *workers, os.fspath(file)],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": os.fspath(TESTS),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "HERE": os.fspath(tmp_path),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(started.exists)
        if end is not None:
            run.send_signal(end)
        run.wait(PATIENCE_S)
        until(lambda: not started_in(tmp_path))
    finally:
        run.kill()
        for process in started_in(tmp_path):
            process.kill()


def started_in(folder: Path) -> list[psutil.Process]:
    """Return the processes of that run, those of its workers and the ones that they started."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("HERE") == os.fspath(folder):
                found.append(process)
        except psutil.Error:
            continue
    return [process for process in found if process.status() != psutil.STATUS_ZOMBIE]


def until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.1)
