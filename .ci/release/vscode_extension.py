"""The VS Code extension, with the wheel that its command "Install the Server" installs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from release import ROOT, ReleaseError
from release.commands import output

EXTENSION = ROOT / "editors" / "vscode"


def build_vscode_extension(out: Path, wheel: Path, version: str) -> list[dict[str, Any]]:
    """Write fimls-VERSION.vsix into `out`.

    Returns:
        The npm packages that are part of it: name, version, licence and its text.

    Raises:
        ReleaseError: Node is missing or too old, or npm failed.
    """
    node = output("node", "--version").strip()
    if int(node.removeprefix("v").split(".")[0]) < 20:
        raise ReleaseError(f"Node {node} is too old for the extension: install 20 or newer.")
    output("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", folder=EXTENSION)
    extension = out / f"fimls-{version}.vsix"
    names = {"FIMLS_WHEEL": str(wheel), "FIMLS_VSIX": str(extension)}
    output("npm", "run", "package", folder=EXTENSION, environment=names)
    return json.loads((EXTENSION / "dist" / "bundled.json").read_text("utf-8"))
