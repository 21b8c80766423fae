"""The plug-in's archive, used as plug-in managers use it, in real Neovim with the release's server.

FIMLS_LAZY_NVIM names a clone of lazy.nvim, FIMLS_NVIM a Neovim 0.12, which has `vim.pack`.
"""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from fimls import __version__
from support.neovim import nvim_command, other_nvim_command

LAZY = os.environ.get("FIMLS_LAZY_NVIM")
"""Read before tests hide this user's environment."""

LOOK = """
vim.api.nvim_create_autocmd("VimEnter", { callback = vim.schedule_wrap(function()
  local client
  vim.wait(30000, function()
    client = vim.lsp.get_clients({ name = "fimls" })[1]
    return client ~= nil and client.initialized == true
  end)
  local seen = {
    server = client and client.server_info.version,
    plugin = require("fimls.version"),
    command = vim.fn.exists(":FimlsStatus"),
    help = #vim.fn.getcompletion("fimls-keys", "help"),
    from = vim.api.nvim_get_runtime_file("lua/fimls/init.lua", false)[1],
  }
  vim.fn.writefile({ vim.json.encode(seen) }, "seen.json")
  vim.cmd("qall!")
end) })
"""


@pytest.fixture
def plugin(dist: Path, tmp_path: Path) -> Path:
    """The archive, unpacked."""
    name = f"fimls.nvim-{__version__}"
    with tarfile.open(dist / f"{name}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path / name


@pytest.fixture
def repository(plugin: Path) -> Path:
    """The archive as the repository that it is laid out for, with the tag of the release."""
    git = ["git", "-c", "user.name=fimls", "-c", "user.email=fimls@example.org"]
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "."],
        ["commit", "--quiet", "--message", "Release"],
        ["tag", f"v{__version__}"],
    ):
        subprocess.run([*git, *command], cwd=plugin, check=True, capture_output=True)
    return plugin


def test_what_neovim_looks_for_is_at_the_top(plugin: Path):
    assert {"lua", "plugin", "doc", "lsp", "README.md", "LICENSE"} < set(os.listdir(plugin))
    assert not list(plugin.rglob("package.json"))


def test_it_works_as_a_package(plugin: Path, installed: Path, tmp_path: Path):
    """In ``pack/*/start``, where an archive is unpacked by hand."""
    start = tmp_path / "data" / "nvim" / "site" / "pack" / "fimls" / "start"
    start.mkdir(parents=True)
    plugin.rename(start / "fimls.nvim")
    works(look(nvim_command(), setup(installed), tmp_path, "+helptags ALL"), start)


def test_commands_are_there_before_it_is_set_up(plugin: Path, tmp_path: Path):
    start = tmp_path / "data" / "nvim" / "site" / "pack" / "fimls" / "start"
    start.mkdir(parents=True)
    plugin.rename(start / "fimls.nvim")
    said = run(nvim_command(), "", tmp_path, "+FimlsStatus", "+qall!")
    assert "fimls is not set up" in said


def test_lazy_installs_it(repository: Path, installed: Path, tmp_path: Path):
    if not LAZY:
        pytest.skip("FIMLS_LAZY_NVIM names no clone of lazy.nvim")
    spec = f"""{{ url = "file://{repository}", name = "fimls.nvim", version = "*",
      opts = {options(installed)} }}"""
    init = f"""
    vim.opt.runtimepath:prepend("{LAZY}")
    require("lazy").setup({{ {spec} }}, {{ rocks = {{ enabled = false }} }})
    """
    works(look(nvim_command(), init, tmp_path), tmp_path / "data" / "nvim" / "lazy")


def test_vim_pack_installs_it(repository: Path, installed: Path, tmp_path: Path):
    nvim = other_nvim_command()
    if (
        "NVIM v0.12"
        not in subprocess.run([nvim, "--version"], capture_output=True, text=True).stdout
    ):
        pytest.skip("FIMLS_NVIM names no Neovim 0.12, and older ones have no vim.pack")
    source = (
        f'{{ src = "file://{repository}", name = "fimls.nvim", version = vim.version.range("*") }}'
    )
    init = f"vim.pack.add({{ {source} }}, {{ confirm = false }}) {setup(installed)}"
    works(look(nvim, init, tmp_path), tmp_path / "data" / "nvim" / "site" / "pack")


def works(seen: dict[str, Any], folder: Path) -> None:
    assert seen["from"].startswith(str(folder))
    assert seen["server"] == seen["plugin"] == __version__
    assert seen["command"] == 2
    assert seen["help"] > 0


def setup(program: Path) -> str:
    return f'require("fimls").setup({options(program)})'


def options(program: Path) -> str:
    return f'{{ lsp = {{ cmd = {{ "{program}", "serve" }} }} }}'


def look(nvim: str, init: str, folder: Path, *commands: str) -> dict[str, Any]:
    """Start Neovim so, and return what it looks like from inside."""
    run(nvim, init + LOOK, folder, *commands)
    return json.loads((folder / "seen.json").read_text("utf-8"))


def run(nvim: str, init: str, folder: Path, *commands: str) -> str:
    """Start Neovim on a Python file with a home of its own, and return what it said."""
    (folder / "init.lua").write_text(init, encoding="utf-8")
    (folder / "code.py").write_text("x = 1\n", encoding="utf-8")
    homes = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CONFIG", "DATA", "STATE")}
    done = subprocess.run(
        [nvim, "--headless", "-n", "-u", "init.lua", *commands, "code.py"],
        cwd=folder,
        env={**os.environ, **homes, "XDG_CACHE_HOME": str(folder / "cache")},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout + done.stderr
