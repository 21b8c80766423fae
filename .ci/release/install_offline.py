"""Install fimls from the wheels beside this file: ``python3 install.py [FOLDER]``.

FOLDER becomes a virtual environment, by default ~/.local/share/fimls/environment. Nothing is
fetched from a network, and every wheel is checked against its sum in requirements.txt.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parent
USUAL = Path.home() / ".local" / "share" / "fimls" / "environment"


def main() -> None:
    """Make the environment, install into it, and say where the program is."""
    bundle = json.loads((HERE / "bundle.json").read_text("utf-8"))
    here = ".".join(map(str, sys.version_info[:2])), sysconfig.get_platform()
    if here != (bundle["python"], bundle["platform"]):
        sys.exit(
            f"This bundle is for Python {bundle['python']} on {bundle['platform']}, and this is "
            f"Python {here[0]} on {here[1]}: run it with python{bundle['python']}, or have a "
            "bundle built on a machine like this one (`python -m release`)."
        )
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else USUAL).expanduser().absolute()
    if subprocess.call([sys.executable, "-m", "venv", folder]):
        sys.exit(
            f"Python cannot make the environment {folder}: give another folder, or install its "
            f"module venv (on Debian and Ubuntu the package python{bundle['python']}-venv)."
        )
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    # `--isolated`: pip's settings and variables of this user name indexes, which are not asked.
    install = ["-m", "pip", "--isolated", "install", "--quiet", "--disable-pip-version-check"]
    wheels = ["--no-index", "--find-links", HERE / "wheels", "--require-hashes"]
    wanted = ["-r", HERE / "requirements.txt"]
    if subprocess.call([programs / "python", *install, *wheels, *wanted]):
        sys.exit("pip could not install the wheels; its own words are above.")
    print(f"fimls {bundle['version']} is installed: {programs / 'fimls'}")
    print("Give editors that path, or put its folder on the PATH. Next: fimls setup")


if __name__ == "__main__":
    main()
