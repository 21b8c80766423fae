"""``python -m release``: which files it makes, and what ends it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from fimls import __version__
from support.checkout import copy_checkout

VERSIONS = {
    "pyproject.toml": f'version = "{__version__}"',
    "server/fimls/__init__.py": f'__version__ = "{__version__}"',
    "editors/vscode/package.json": f'"version": "{__version__}"',
    "editors/nvim/lua/fimls/version.lua": f'return "{__version__}"',
}


def test_one_command_makes_all_files_of_a_release(dist: Path):
    names = {file.name for file in dist.iterdir()}
    assert {
        f"fimls-{__version__}-py3-none-any.whl",
        f"fimls-{__version__}.tar.gz",
        f"fimls-{__version__}.vsix",
        f"fimls.nvim-{__version__}.tar.gz",
        f"fimls-{__version__}.cdx.json",
        "SHA256SUMS",
    } < names
    assert len(names) == 7  # and the offline bundle, whose name has the platform


def test_the_checksums_are_those_of_all_files(dist: Path):
    lines = (dist / "SHA256SUMS").read_text("utf-8").split("\n")[:-1]
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    files = [file for file in dist.iterdir() if file.name != "SHA256SUMS"]
    assert sums == {file.name: sha256(file.read_bytes()).hexdigest() for file in files}


def test_the_bill_of_materials_names_what_is_installed_and_what_is_in_the_extension(
    dist: Path, unpacked: Path
):
    bill = json.loads((dist / f"fimls-{__version__}.cdx.json").read_text("utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["version"] == __version__
    names = {each["name"].lower().replace("_", "-") for each in bill["components"]}
    wheels = {each.name.split("-")[0].lower() for each in (unpacked / "wheels").glob("*.whl")}
    assert {name.replace("_", "-") for name in wheels} - {"fimls"} <= names
    assert {"vscode-languageclient", "ws"} <= names
    assert not {"torch", "sglang", "transformers"} & names
    assert all(each.get("licenses") for each in bill["components"])


def test_the_source_archive_has_what_git_has_and_nothing_else(dist: Path, checkout: Path):
    with tarfile.open(dist / f"fimls-{__version__}.tar.gz") as archive:
        names = {name.partition("/")[2] for name in archive.getnames()} - {"PKG-INFO"}
    assert ".ci/release/__main__.py" in names
    made = {name for name in names if not (Path(__file__).parents[2] / name).exists()}
    assert not made
    assert not {name for name in names if name.endswith((".whl", ".vsix")) or "/dist/" in name}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_checkout(tmp_path_factory.mktemp("refused") / "fimls")


@pytest.mark.parametrize("file", VERSIONS)
def test_versions_that_disagree_end_the_build_with_a_sentence(file: str, clone: Path):
    with changed(clone / file, VERSIONS[file], VERSIONS[file].replace(__version__, "9.9.9")):
        said = refused(clone)
    assert f"{file} says 9.9.9" in said
    assert __version__ in said
    assert not (clone / "dist").exists()


def test_a_tag_that_is_not_the_version_ends_the_build(clone: Path):
    assert f"tag v{__version__}" in refused(clone, "--tag", "v9.9.9")


def test_a_tag_whose_changes_are_not_told_ends_the_build(clone: Path):
    with changed(clone / "CHANGELOG.md", f"## [{__version__}]", "## [0.0.0]"):
        assert "CHANGELOG.md" in refused(clone, "--tag", f"v{__version__}")


@contextmanager
def changed(file: Path, old: str, new: str) -> Iterator[None]:
    """Have one place of a file say something else for a while."""
    text = file.read_text("utf-8")
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(text, encoding="utf-8")


def refused(clone: Path, *arguments: str) -> str:
    """Return the sentence that ends a build."""
    pytest.importorskip("packaging.pylock", reason="the extra `release` is not installed")
    pytest.importorskip("uv", reason="the extra `release` is not installed")
    command = [sys.executable, "-m", "release", *arguments]
    done = subprocess.run(
        command,
        cwd=clone,
        env=os.environ | {"PYTHONPATH": str(clone / ".ci")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr
