"""The source archive, and the wheel that is built from it."""

from __future__ import annotations

import sys
from pathlib import Path

from release import ROOT
from release.commands import output


def build_python_packages(out: Path) -> Path:
    """Build both into `out`, and return the wheel's path.

    The wheel comes from the source archive: so that archive has all that is needed.
    """
    # The backend is the one of the extra `release`: nothing is fetched in secret, and it is quick.
    output(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT)
    return next(out.glob("*.whl"))
