"""A folder with a wheel of everything that the base install needs on this machine."""

from __future__ import annotations

import hashlib
import shutil
import sys
import time
import tomllib
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from packaging.pylock import PackageWheel, Pylock, PylockSelectError
from uv import find_uv_bin

from release import ReleaseError
from release.commands import output

AT_ONCE = 16
"""Downloads at a time."""
TRIES = 4


def fill_wheelhouse(folder: Path, wheel: Path, work: Path) -> list[Path]:
    """Fill a folder with the wheel and what it needs, and return all wheels.

    uv decides which versions, and writes down where each wheel is and its sum (PEP 751); pip's own
    ``download`` asks the index for one project after the other, which took minutes.

    Raises:
        ReleaseError: a project has no wheel for this machine, or a download failed.
    """
    folder.mkdir()
    shutil.copy(wheel, folder)
    wanted, lock = work / "wanted.in", work / "pylock.toml"
    wanted.write_text(f"fimls[hub] @ {wheel.as_uri()}\n", encoding="utf-8")
    resolve = ["pip", "compile", "--quiet", "--python", sys.executable, "--only-binary", ":all:"]
    output(find_uv_bin(), *resolve, "--format", "pylock.toml", "--output-file", lock, wanted)
    try:
        locked = Pylock.from_dict(tomllib.loads(lock.read_text("utf-8")))
        selected = [each for _, each in locked.select()]
    except PylockSelectError as error:
        raise ReleaseError(
            f"there is not a wheel of everything for this machine ({error}): build the bundle "
            "with a Python and on a platform that all have one for."
        ) from error
    with ThreadPoolExecutor(AT_ONCE) as pool:
        wheels = [each for each in selected if isinstance(each, PackageWheel)]
        list(pool.map(_download, wheels, [folder] * len(wheels)))
    return sorted(folder.glob("*.whl"))


def install_wheelhouse(work: Path) -> Path:
    """Install the wheels of `work`, checked against its requirements, into an environment there."""
    environment = work / "environment"
    output(find_uv_bin(), "venv", "--quiet", "--python", sys.executable, environment)
    into = ("--python", environment, "--no-index", "--find-links", work / "wheels")
    wanted = ("--require-hashes", "-r", work / "requirements.txt")
    output(find_uv_bin(), "pip", "install", "--quiet", *into, *wanted)
    return environment


def _download(wheel: PackageWheel, folder: Path) -> None:
    url = wheel.url or ""
    content = _fetch(url)
    if hashlib.sha256(content).hexdigest() != wheel.hashes["sha256"]:
        raise ReleaseError(f"{url} is not what the index says it is: its sum differs.")
    (folder / wheel.filename).write_bytes(content)


def _fetch(url: str) -> bytes:
    reason: OSError | None = None
    for attempt in range(TRIES):
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                return answer.read()
        except OSError as error:
            reason = error
            time.sleep(2**attempt)
    raise ReleaseError(f"{url} cannot be fetched ({reason}): try again.")
