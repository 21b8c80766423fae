from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fimls.resources import configs_path

UNITS = sorted((configs_path() / "systemd").glob("fimls-hub*"))


def test_the_units_of_the_hub_are_units(tmp_path: Path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    for unit in UNITS:
        text = unit.read_text("utf-8").replace("/opt/fimls/.venv/bin/fimls", sys.executable)
        (tmp_path / unit.name).write_text(text, "utf-8")
    files = [str(tmp_path / unit.name) for unit in UNITS]
    command = ["systemd-analyze", "verify", "--man=no", *files]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert len(files) == 3
