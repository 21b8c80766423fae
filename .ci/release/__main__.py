"""``python -m release``: the whole build, step by step, and nothing of it if one fails."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from release import ROOT, ReleaseError
from release.bill_of_materials import write_bill_of_materials
from release.checksums import write_checksums
from release.neovim_plugin import build_neovim_plugin
from release.offline_bundle import build_offline_bundle
from release.python_packages import build_python_packages
from release.versions import check_the_program, the_version
from release.vscode_extension import build_vscode_extension
from release.wheelhouse import install_wheelhouse


def main() -> int:
    """Build everything; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m release",
        description="Build wheel, source archive, VS Code extension, Neovim plug-in and offline "
        "bundle, with checksums and a bill of materials.",
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT / "dist", help="the folder (default: dist)"
    )
    parser.add_argument("--tag", help="the tag that is released, v0.1.0 say: it must fit as well")
    args = parser.parse_args()
    try:
        _build(args.out, the_version(ROOT, tag=args.tag))
    except ReleaseError as error:
        print(f"No release: {error}", file=sys.stderr)
        return 1
    return 0


def _build(out: Path, version: str) -> None:
    """Build in a folder of its own, so that a build that fails leaves `out` as it was."""
    with tempfile.TemporaryDirectory(prefix="fimls-release-") as name:
        work, made = Path(name) / "work", Path(name) / "dist"
        work.mkdir()
        made.mkdir()
        _say(f"fimls {version}: wheel and source archive")
        wheel = build_python_packages(made)
        _say("VS Code extension")
        in_the_extension = build_vscode_extension(made, wheel, version)
        _say("Neovim plug-in")
        build_neovim_plugin(made, version)
        _say("Offline bundle")
        build_offline_bundle(made, wheel, version, work)
        _say("Its wheels installed, and a bill of materials")
        environment = install_wheelhouse(work)
        check_the_program(environment, version)
        write_bill_of_materials(made, version, environment, in_the_extension)
        write_checksums(made)
        _publish(made, out)


def _publish(made: Path, out: Path) -> None:
    """Put the files into `out`, in place of those of an earlier build."""
    out.mkdir(parents=True, exist_ok=True)
    for old in [*out.glob("fimls*"), *out.glob("SHA256SUMS")]:
        old.unlink()
    for file in sorted(made.iterdir()):
        shutil.move(file, out / file.name)
        print(f"{(out / file.name).stat().st_size / 1e6:8.2f} MB  {out / file.name}")


def _say(step: str) -> None:
    print(f"{step} ...", flush=True)


if __name__ == "__main__":
    sys.exit(main())
