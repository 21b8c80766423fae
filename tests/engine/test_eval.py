"""`fimls eval infilling` against the real engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fimls.cli import main
from fimls.evaluation import CURSORS

pytestmark = pytest.mark.engine

MIDDLES = ("    total = first + second\n", "    return total\n", "    total = first * second\n")


@pytest.fixture
def holes(tmp_path: Path) -> Path:
    file = tmp_path / "own.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for number, middle in enumerate(MIDDLES):
            above = "    total = 3\n" if "return" in middle else ""
            below = "" if "return" in middle else "    return total\n"
            row = {
                "task_id": f"Own/{number}",
                "entry_point": "combine",
                "prompt": "def combine(first, second):\n" + above,
                "canonical_solution": middle,
                "suffix": below,
                "test": "def check(candidate):\n    assert candidate(1, 2) in (2, 3)\n",
            }
            out.write(json.dumps(row) + "\n")
    return file


def test_both_ways_at_every_cursor_and_nothing_twice(
    engine: Any, holes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, report = tmp_path / "out.jsonl", tmp_path / "report.json"
    command = ["eval", "infilling", str(holes), "--url", engine.url]
    command += ["--out", str(out), "--json", str(report)]

    assert main(command) == 0

    header, *results = [json.loads(line) for line in out.read_text("utf-8").split("\n")[:-1]]
    assert "embedded" in header["model"]
    assert {(r["task"], r["cursor"], r["way"]) for r in results} == {
        (f"Own/{number}", cursor, way)
        for number in range(3)
        for cursor in CURSORS
        for way in ("pipeline", "raw")
    }
    assert any(r["text"] for r in results if r["way"] == "pipeline")
    assert any(r["text"] for r in results if r["way"] == "raw")
    assert all("\n" not in r["text"] for r in results)
    assert {r["passed"] for r in results} <= {True, False}
    findings = json.loads(report.read_text("utf-8"))["findings"]
    assert len(findings) == len(CURSORS) * 2
    assert {f["pipeline"]["rows"] for f in findings} == {3}
    table = capsys.readouterr().out
    assert all(word in table for word in ("inside", "exact match", "pass@1"))

    written = out.read_bytes()
    assert main(command) == 0
    assert out.read_bytes() == written
    assert capsys.readouterr().out == table

    assert main([*command, "--seed", "2"]) == 1
    assert "holds results of another run (other seed)" in capsys.readouterr().err
    assert out.read_bytes() == written


def test_edits_are_listed_asked_for_checked_and_judged(
    engine: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The actions that the embedded model can do: they ask for a name, or for nothing."""
    folder = Path(__file__).parents[1] / "data" / "refactor" / "edits"
    out, report = tmp_path / "out.jsonl", tmp_path / "report.json"
    command = ["eval", "edits", str(folder), "--url", engine.url, "--action", "rename"]
    command += ["--action", "convert-loop", "--out", str(out), "--json", str(report)]

    assert main(command) == 0

    findings = {f["name"]: f for f in json.loads(report.read_text("utf-8"))["findings"]}
    assert list(findings) == ["rename", "convert-loop", "all"]
    assert findings["convert-loop"]["right"]["value"] == 100
    assert findings["convert-loop"]["tokens"] == 0
    assert findings["rename"]["listed"] == findings["rename"]["cases"]
    assert findings["rename"]["tokens"] > 0
    results = [json.loads(line) for line in out.read_text("utf-8").split("\n")[1:-1]]
    assert all(r["offered"] or r["reason"] for r in results)
    written = out.read_text("utf-8")
    assert main(command) == 0  # nothing is asked again
    assert out.read_text("utf-8") == written
