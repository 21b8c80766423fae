"""The corpus as one compressed file, for a machine that has none of the packages installed."""

from __future__ import annotations

import json
import lzma
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from fimls.engine.training.corpus import Source


def write_corpus(file: Path, sources: Sequence[Source]) -> None:
    """Write one line of JSON a package, xz around it: a fifth to a sixth of the text is left."""
    with lzma.open(file, "wt", encoding="utf-8", preset=6) as packed:
        for source in sources:
            packed.write(json.dumps(asdict(source)) + "\n")


def read_corpus(file: Path) -> list[Source]:
    """Read it back."""
    with lzma.open(file, "rt", encoding="utf-8") as packed:
        return [Source(**json.loads(line)) for line in packed]
