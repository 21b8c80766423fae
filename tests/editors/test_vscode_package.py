"""The VS Code extension without VS Code: types, lint, tests by Node, and that it builds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from support.vscode import EXTENSION

SOURCES = [
    "src",
    "test",
    "esbuild.mjs",
    "notices.mjs",
    "eslint.config.mjs",
    "package.json",
    "tsconfig.json",
]


@pytest.fixture(scope="module")
def npm() -> str:
    """The path of npm; skips where Node is missing or too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("npm is not installed: Node 20 or newer brings it")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    if int(version.stdout.removeprefix("v").split(".")[0]) < 20:
        pytest.skip(f"Node {version.stdout.strip()} is too old: 20 or newer is needed")
    return npm


@pytest.fixture(scope="module")
def extension(npm: str) -> Path:
    """A copy of the extension with its packages, which are installed once for each set of them."""
    manifest = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    wanted = json.dumps(manifest["devDependencies"], sort_keys=True)
    folder = Path(tempfile.gettempdir()) / f"fimls-vscode-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    assert folder.stat().st_uid == os.getuid()
    for name in SOURCES:
        source, copy = EXTENSION / name, folder / name
        if source.is_dir():
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(source, copy)
        else:
            shutil.copy(source, copy)
    installed = folder / "installed.json"
    if not installed.exists() or installed.read_text(encoding="utf-8") != wanted:
        install = [npm, "install", "--ignore-scripts", "--no-package-lock", "--silent"]
        done = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip("npm cannot install the extension's packages here: see `npm install`")
        installed.write_text(wanted, encoding="utf-8")
    return folder


@pytest.mark.parametrize("script", ["check", "test", "build"])
def test_the_extension(npm: str, extension: Path, script: str):
    run = subprocess.run(
        [npm, "run", "--silent", script],
        cwd=extension,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_all_commands_are_in_the_manifest():
    manifest = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    contributes = manifest["contributes"]
    commands = {command["command"] for command in contributes["commands"]}
    used = {key["command"] for key in contributes["keybindings"]}
    used |= {entry["command"] for entry in contributes["menus"]["editor/context"]}
    menu = (EXTENSION / "src" / "commands" / "menu.ts").read_text(encoding="utf-8")
    used |= {word for word in menu.split('"') if word.startswith("fimls.")}
    assert used <= commands
