"""The figures of a measurement as a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fimls.errors import FimlsError


def write_report(file: Path, report: Mapping[str, Any]) -> None:
    """Write figures as JSON.

    Raises:
        FimlsError: the file cannot be written.
    """
    try:
        file.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise FimlsError(
            f"{file} cannot be written ({error.strerror}): give another --json."
        ) from error
