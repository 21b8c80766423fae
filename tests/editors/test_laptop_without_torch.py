"""README's steps on a laptop: a fresh environment without torch, a key, ghost text in Neovim.

Nothing of the environment that runs the tests is used but Neovim itself.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.hosted_apis import HostedApi
from support.neovim import Neovim

pytestmark = pytest.mark.editor

KEY = "sk-planted0123456789"
REPOSITORY = Path(__file__).parents[2]
UNREACHABLE = r"Failed to fetch|error sending request|No matching distribution|Max retries"
HEAVY = ("torch", "sglang", "transformers", "numpy")


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment in which `pip install .` was run, and nothing else."""
    folder = tmp_path_factory.mktemp("laptop")
    python = folder / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    install = [sys.executable, "-m", "pip", "--python", python, "install"]
    if uv := shutil.which(
        "uv", path=path
    ):  # as in README's command for the tests: seconds, not minutes
        install = [uv, "pip", "install", "--python", python]
    command = [*install, "--quiet", REPOSITORY]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    if re.search(UNREACHABLE, done.stderr):
        pytest.skip(f"no package index is within reach: {done.stderr[-300:]}")
    assert done.returncode == 0, done.stderr
    return folder / "bin"


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """Those of somebody who has never used fimls, and has set no key."""
    kept = {k: v for k, v in os.environ.items() if not k.endswith("_API_KEY") and k != "PYTHONPATH"}
    names = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    return {**kept, **dict.fromkeys(names, str(tmp_path))}


def test_the_base_install_has_no_torch(laptop: Path) -> None:
    found = "import importlib.util as i, sys; print([n for n in sys.argv[1:] if i.find_spec(n)])"
    command = [laptop / "python", "-P", "-c", found, *HEAVY]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_three_steps_lead_to_ghost_text(
    laptop: Path, environment: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`pip install .` is the first, `fimls setup` with a key the second, an editor the third."""
    with HostedApi("deepseek", key=KEY, pieces=(" 4", "2")) as api:
        flags = ["--engine", "deepseek", "--url", api.url, "--key-stdin", "--hosted", "allow"]
        done = subprocess.run(
            [laptop / "fimls", "setup", *flags],
            input=f"{KEY}\n",
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        said = [line.partition(":")[0] for line in done.stdout.splitlines()]
        assert said == ["ok   engine", "ok   settings", "ok   key", "note privacy"]
        assert "DeepSeek's API stands in" in done.stdout
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        file = tmp_path / "a.py"
        file.write_text("answer =\n", "utf-8")
        with Neovim.open(file, before=PROGRAM % (laptop / "fimls")) as editor:
            editor.keys("A ")
            assert editor.until(lambda: editor.ghost, "ghost text") == "42"
            editor.keys("<Tab>")
            editor.until(lambda: editor.text == "answer = 42", "the accepted text")
            running = editor.lua("return vim.lsp.get_clients({ name = 'fimls' })[1].config.cmd")
        assert running == [str(laptop / "fimls"), "serve"]
        assert set(api.paths) == {"/beta/completions"}


PROGRAM = """
local set_up = require("fimls").setup
require("fimls").setup = function()
  return set_up({ lsp = { cmd = { "%s", "serve" }, init_options = vim.empty_dict() } })
end
"""
"""Lua: the editor says where the program is, and nothing of an engine."""
