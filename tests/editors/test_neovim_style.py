"""The plug-in's format, where StyLua is installed."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from support.neovim import PLUGIN


def test_the_lua_is_formatted():
    npm = shutil.which("npm")
    if npm is None or not (PLUGIN / "node_modules").exists():
        pytest.skip("StyLua is not installed: `npm install --prefix editors/nvim` brings it")
    check = subprocess.run(
        [npm, "run", "--silent", "check"], cwd=PLUGIN, capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stdout + check.stderr
