"""One release, built as a newcomer builds it from a fresh clone, for all tests of this folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from support.checkout import copy_checkout
from support.offline import without_network


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone, with what is changed here and not committed yet."""
    return copy_checkout(tmp_path_factory.mktemp("clone") / "fimls")


@pytest.fixture(scope="session")
def dist(checkout: Path) -> Path:
    """The folder of the release's files; skips where its tools or the package indexes are away."""
    for module in ("build", "cyclonedx_py", "packaging.pylock", "uv"):
        pytest.importorskip(module, reason="the extra `release` is not installed")
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: Node 20 or newer brings it")
    looked_up = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "-"]
    looked_up = subprocess.run(looked_up, input="h11", capture_output=True, text=True, check=False)
    if looked_up.returncode:
        pytest.skip("no package index can be reached")
    build = subprocess.run(
        [sys.executable, "-m", "release"],
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": str(checkout / ".ci")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert build.returncode == 0, build.stdout + build.stderr
    return checkout / "dist"


@pytest.fixture(scope="session")
def unpacked(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The offline bundle, unpacked."""
    [bundle] = dist.glob("fimls-*-offline-*.tar.gz")
    folder = tmp_path_factory.mktemp("bundle")
    with tarfile.open(bundle) as archive:
        archive.extractall(folder, filter="data")
    return folder / bundle.name.removesuffix(".tar.gz")


@pytest.fixture(scope="session")
def installed(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program of a fresh environment that the bundle's command made, with no network."""
    folder = tmp_path_factory.mktemp("installed") / "environment"
    command = [*without_network(), sys.executable, unpacked / "install.py", folder]
    # An index named in the environment is not asked either.
    environment = {**os.environ, "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    program = folder / "bin" / "fimls"
    assert str(program) in done.stdout
    return program
