"""Reading files of holes, and samples of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fimls.errors import FimlsError
from fimls.evaluation import read_set

Rows = list[dict[str, Any]]
Write = Callable[..., Path]


@pytest.mark.parametrize("name", ["own.jsonl", "own.jsonl.gz"])
def test_reads_plain_and_gzipped_files(rows: Rows, write_rows: Write, name: str) -> None:
    holes = read_set(write_rows(rows, name))
    assert holes.name == "own"
    assert holes.lines == 1
    assert [row.task_id for row in holes.rows] == ["Own/0/L0", "Own/1/L0"]
    assert holes.rows[1].middle == "    result = value * 2\n"
    assert holes.rows[1].body == "    result = value * 2"


def test_the_longest_middle_is_the_sets_number_of_lines(rows: Rows, write_rows: Write) -> None:
    rows[0]["canonical_solution"] = "    third = first\n    return third + second\n"
    holes = read_set(write_rows(rows))
    assert holes.lines == 2
    assert holes.sample(1, seed=1).lines == 2


def test_a_larger_sample_contains_the_smaller_one(rows: Rows, write_rows: Write) -> None:
    many = [{**rows[0], "task_id": f"Own/{n}"} for n in range(30)]
    holes = read_set(write_rows(many))
    small, large = ({r.task_id for r in holes.sample(n, 7).rows} for n in (5, 12))
    assert len(small) == 5
    assert len(large) == 12
    assert small < large
    assert small != {r.task_id for r in holes.sample(5, 8).rows}
    assert holes.sample(None, 7) == holes


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "has no rows"),
        (b"\n\n", "has no rows"),
        (b"not json\n", "Line 1 of .* is not JSON"),
        (b"[1]\n", "Line 1 of .* is not a JSON object"),
        (b'{"task_id": "a", "prompt": 3}\n', "no text in entry_point, prompt, suffix"),
        (b"\xff\xfe\x00", "damaged or no text"),
        (b"\x1f\x8b damaged", "damaged|cannot be read"),
    ],
)
def test_a_bad_file_is_one_sentence(tmp_path: Path, data: bytes, complaint: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_bytes(data)
    with pytest.raises(FimlsError, match=complaint) as raised:
        read_set(file)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(FimlsError, match=r"cannot be read .*give an existing"):
        read_set(tmp_path / "none.jsonl")


def test_names_must_be_unique(rows: Rows, write_rows: Write) -> None:
    with pytest.raises(FimlsError, match="two rows named 'Own/0/L0'"):
        read_set(write_rows([rows[0], rows[0]]))


def test_an_entry_point_must_be_a_name(rows: Rows, write_rows: Write) -> None:
    rows[1]["entry_point"] = "print(); add"
    with pytest.raises(FimlsError, match=r"Line 2 .* no Python name"):
        read_set(write_rows(rows))
