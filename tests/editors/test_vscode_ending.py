"""A real VS Code ends with the tests that started it, also where they are killed."""

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

from support.vscode import TOOLS, Tools

pytestmark = pytest.mark.editor

PATIENCE_S = 200
TESTS = Path(__file__).parents[1]
OPENS_A_WINDOW = """
import time
from pathlib import Path
from support.vscode import CodeServer, Window, chromium

def test_that_does_not_end(tmp_path):
    file = Path(__file__).with_name("a.py")
    file.write_text("x = 1", encoding="utf-8")
    with CodeServer.start(file.with_name("code")) as server, chromium() as browser:
        with Window.open(browser, server, file, "http://127.0.0.1:9", ready="engine down"):
            file.with_name("opened").touch()
            time.sleep(600)
"""


def test_a_killed_run_leaves_neither_vs_code_nor_a_browser_nor_a_server(tmp_path: Path):
    Tools.find()
    (tmp_path / "code").mkdir()
    file = tmp_path / "test_it.py"
    file.write_text(OPENS_A_WINDOW, encoding="utf-8")
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["support.reaper"]\n', "utf-8")
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "--rootdir", os.fspath(tmp_path), os.fspath(file)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.fspath(TESTS), "FIMLS_VSCODE": TOOLS or ""},
    )
    try:
        until(lambda: (tmp_path / "opened").exists() or run.poll() is not None)
        assert run.returncode is None
        ours = descendants(run)
        commands = [" ".join(process.cmdline()) for process in ours]
        for program in ("code-server", "extensionHost", "chromium", "fimls serve"):
            assert any(program in command for command in commands), commands
        run.send_signal(signal.SIGKILL)
        run.wait()
        until(lambda: not any(map(psutil.Process.is_running, ours)))
    finally:
        run.kill()


def descendants(run: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Return what runs below a process, but for what waits there for its end."""
    below = psutil.Process(run.pid).children(recursive=True)
    return [each for each in below if not any("reaper" in word for word in each.cmdline())]


def until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.1)
