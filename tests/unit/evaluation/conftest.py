"""Rows of holes to evaluate on."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fimls.errors import FimlsError
from fimls.jail import jailed_process
from fimls.jail.isolation import isolated

ROWS: list[dict[str, Any]] = [
    {
        "task_id": "Own/0/L0",
        "entry_point": "add",
        "prompt": "def add(first, second):\n",
        "canonical_solution": "    return first + second\n",
        "suffix": "",
        "test": "def check(candidate):\n    assert candidate(1, 2) == 3\n",
    },
    {
        "task_id": "Own/1/L0",
        "entry_point": "double",
        "prompt": "def double(value):\n",
        "canonical_solution": "    result = value * 2\n",
        "suffix": "    return result\n",
        "test": "def check(candidate):\n    assert candidate(4) == 8\n",
    },
]


@pytest.fixture(autouse=True)
def _own_programs_need_no_jail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a machine makes none, run the programs of these tests, which are ours, without it."""
    try:
        isolated(())
    except FimlsError:
        monkeypatch.setattr(jailed_process, "isolated", lambda _: ())


@pytest.fixture
def rows() -> list[dict[str, Any]]:
    return [dict(row) for row in ROWS]


@pytest.fixture
def write_rows(tmp_path: Path) -> Callable[..., Path]:
    def write(rows: list[dict[str, Any]], name: str = "own.jsonl") -> Path:
        file = tmp_path / name
        data = "".join(json.dumps(row) + "\n" for row in rows).encode()
        file.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return file

    return write
