"""A test that kills its worker costs its own result, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CONFTEST = """
from support.workers import ByFile

def pytest_xdist_make_scheduler(config, log):
    config.option.loadscopereorder = False
    return ByFile(config, log)
"""
TESTS = """
import os, pytest

@pytest.mark.parametrize("number", range(3))
def test_one_of_three(number):
    if __file__.endswith("_late.py") and number == 1:
        os._exit(9)
"""


def test_what_is_left_of_a_dead_worker_is_run_once_and_the_run_ends(tmp_path: Path):
    (tmp_path / "conftest.py").write_text(CONFTEST)
    for name in [*map(str, range(10, 40)), "late", "zz"]:
        (tmp_path / f"test_{name}.py").write_text(TESTS)
    here = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "2", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        env={"PYTHONPATH": str(here), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "1 failed, 95 passed" in done.stdout, done.stdout + done.stderr
    assert "crashed while running" in done.stdout
