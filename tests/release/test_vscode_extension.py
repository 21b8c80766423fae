"""The .vsix of a release: what is in it, and that VS Code installs it."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from fimls import __version__
from support.vscode import TOOLS, node_and_code_server


@pytest.fixture(scope="module")
def vsix(dist: Path) -> Path:
    return dist / f"fimls-{__version__}.vsix"


def test_it_has_the_wheel_of_the_release_in_it(vsix: Path, dist: Path):
    [wheel] = dist.glob("*.whl")
    with zipfile.ZipFile(vsix) as archive:
        assert archive.read(f"extension/server/{wheel.name}") == wheel.read_bytes()


def test_it_has_the_program_its_pictures_and_licences_and_no_sources(vsix: Path):
    with zipfile.ZipFile(vsix) as archive:
        names = set(archive.namelist())
        manifest = json.loads(archive.read("extension/package.json"))
        notices = archive.read("extension/NOTICES.txt").decode()
    assert manifest["version"] == __version__
    assert f"extension/{manifest['main'].removeprefix('./')}" in names
    assert {"extension/LICENSE.txt", "extension/readme.md", "extension/ghost-text.png"} < names
    assert "vscode-languageclient" in notices
    assert "Permission is hereby granted" in notices
    assert not {name for name in names if name.endswith(".ts") or "node_modules" in name}


def test_vs_code_installs_it(vsix: Path, tmp_path: Path):
    if not TOOLS:
        pytest.skip("tests/editors/vscode.sh installs a VS Code: FIMLS_VSCODE names its folder")
    folders = ("--extensions-dir", tmp_path / "extensions", "--user-data-dir", tmp_path / "user")
    code = [*node_and_code_server(Path(TOOLS)), *folders]
    subprocess.run(
        [*code, "--install-extension", vsix], check=True, capture_output=True, timeout=120
    )
    listed = subprocess.run(
        [*code, "--list-extensions", "--show-versions"],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert f"fimls.fimls@{__version__}" in listed.stdout
