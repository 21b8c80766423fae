"""Builds what a release of fimls consists of: ``python -m release`` writes it into ``dist/``."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The top of the checkout."""


class ReleaseError(Exception):
    """What ends the build; its text is one sentence that says what to do."""
