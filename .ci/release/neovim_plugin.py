"""The Neovim plug-in as a repository of its own: what plug-in managers clone or unpack."""

from __future__ import annotations

from pathlib import Path

from release import ROOT
from release.archive import write_archive

PLUGIN = ROOT / "editors" / "nvim"
FOLDERS = ("doc", "lsp", "lua", "plugin")
"""What Neovim looks for at the top of a plug-in; the rest of the folder checks its style."""


def build_neovim_plugin(out: Path, version: str) -> Path:
    """Write fimls.nvim-VERSION.tar.gz into `out`, and return its path."""
    files = [file for folder in FOLDERS for file in (PLUGIN / folder).rglob("*") if file.is_file()]
    # Managers and :helptags write this one where the plug-in is used.
    files = [file for file in files if file.relative_to(PLUGIN).as_posix() != "doc/tags"]
    files += [PLUGIN / "README.md", *PLUGIN.glob("*.png")]
    named = [(file.relative_to(PLUGIN).as_posix(), file) for file in files]
    named.append(("LICENSE", ROOT / "LICENSE"))
    top = f"fimls.nvim-{version}"
    return write_archive(out / f"{top}.tar.gz", top, named)
