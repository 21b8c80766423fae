"""The offline bundle: every wheel of the base install, for one Python on one platform."""

from __future__ import annotations

import json
import sys
import sysconfig
from pathlib import Path

from packaging.utils import parse_wheel_filename

from release.archive import write_archive
from release.checksums import sha256
from release.wheelhouse import fill_wheelhouse

INSTALLER = Path(__file__).with_name("install_offline.py")


def build_offline_bundle(out: Path, wheel: Path, version: str, work: Path) -> Path:
    """Write fimls-VERSION-offline-PYTHON-PLATFORM.tar.gz into `out`, and return its path.

    It is for the Python that runs this, and for the platform that this runs on. Only wheels are
    in it: nothing is built where it is installed.
    """
    wheels, listed = work / "wheels", work / "requirements.txt"
    found = fill_wheelhouse(wheels, wheel, work)
    listed.write_text("".join(map(_requirement, found)), encoding="utf-8", newline="\n")
    made_for = {
        "version": version,
        "python": ".".join(map(str, sys.version_info[:2])),
        "platform": sysconfig.get_platform(),
    }
    described = work / "bundle.json"
    described.write_text(json.dumps(made_for, indent=2) + "\n", encoding="utf-8", newline="\n")
    platform = made_for["platform"].replace(".", "_").replace("-", "_")
    top = f"fimls-{version}-offline-cp{made_for['python'].replace('.', '')}-{platform}"
    files = [(f"wheels/{file.name}", file) for file in found]
    files += [("install.py", INSTALLER), (listed.name, listed), (described.name, described)]
    return write_archive(out / f"{top}.tar.gz", top, files)


def _requirement(wheel: Path) -> str:
    name, version, _, _ = parse_wheel_filename(wheel.name)
    return f"{name}=={version} --hash=sha256:{sha256(wheel)}\n"
