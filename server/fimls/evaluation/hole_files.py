"""Files of holes in the format of HumanEval-Infilling: JSON lines, plain or gzipped.

Source of the format: Bavarian et al. 2022, "Efficient Training of Language Models to Fill in the
Middle", and the data files published with it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from fimls.errors import FimlsError

FIELDS = ("task_id", "entry_point", "prompt", "suffix", "canonical_solution", "test")
"""What every row has, all of them texts."""

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One hole.

    Attributes:
        task_id: its name, unique in its file.
        entry_point: the function that the test is given.
        prompt: the text before the hole.
        suffix: the text after it.
        middle: what stood in the hole.
        test: source that defines ``check(candidate)``.
    """

    task_id: str
    entry_point: str
    prompt: str
    suffix: str
    middle: str
    test: str

    @property
    def ends_line(self) -> bool:
        """Whether the middle ends with its line's end."""
        return self.middle.endswith("\n")

    @property
    def body(self) -> str:
        """The middle without that line end, which the editor has before one types the line."""
        return self.middle.removesuffix("\n")

    @property
    def lines(self) -> int:
        """Number of lines that the middle takes up."""
        return self.body.rstrip().count("\n") + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HoleSet:
    """The rows of one file.

    Attributes:
        name: the file's name, without its folder and endings.
        lines: lines of the longest middle of the whole file.
        rows: the rows, in the file's order.
    """

    name: str
    lines: int
    rows: tuple[Row, ...]

    def sample(self, number: int | None, seed: int) -> HoleSet:
        """Return the set with so many rows of it; a larger sample contains every smaller one."""
        chosen = {row.task_id for row in sorted(self.rows, key=_lot(seed))[:number]}
        rows = tuple(row for row in self.rows if row.task_id in chosen)
        return HoleSet(name=self.name, lines=self.lines, rows=rows)


def read_set(file: Path) -> HoleSet:
    """Read one file.

    Raises:
        FimlsError: it cannot be read, or is not a file of holes.
    """
    rows: list[Row] = []
    for number, line in enumerate(_read(file).split("\n"), 1):
        if line.strip():
            rows.append(_row(line, f"Line {number} of {file}"))
    if not rows:
        raise FimlsError(
            f"{file} has no rows: give a HumanEval-Infilling file (.jsonl, .jsonl.gz)."
        )
    _refuse_twins([row.task_id for row in rows], file)
    name = file.name.removesuffix(".gz").removesuffix(".jsonl")
    return HoleSet(name=name, lines=max(row.lines for row in rows), rows=tuple(rows))


def _read(file: Path) -> str:
    try:
        data = file.read_bytes()
        return (gzip.decompress(data) if data.startswith(_GZIP) else data).decode("utf-8")
    except OSError as error:
        why = error.strerror or error
        raise FimlsError(f"{file} cannot be read ({why}): give an existing JSONL file.") from error
    except (EOFError, zlib.error, UnicodeDecodeError) as error:
        raise FimlsError(f"{file} is damaged or no text ({error}): fetch it again.") from error


def _row(line: str, where: str) -> Row:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FimlsError(f"{where} is not JSON ({error}): correct or remove it.") from error
    if not isinstance(found, dict):
        raise FimlsError(f"{where} is not a JSON object: correct or remove it.")
    values = cast("dict[str, Any]", found)
    missing = [name for name in FIELDS if not isinstance(values.get(name), str)]
    if missing:
        raise FimlsError(f"{where} has no text in {', '.join(missing)}: add it to every row.")
    if not values["entry_point"].isidentifier():
        raise FimlsError(f"{where} has an entry_point that is no Python name: correct it.")
    middle = values.pop("canonical_solution")
    return Row(middle=middle, **{name: values[name] for name in FIELDS if name in values})


def _refuse_twins(names: Sequence[str], file: Path) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise FimlsError(f"{file} has two rows named {name!r}: task_id must be unique.")
        seen.add(name)


def _lot(seed: int):
    def draw(row: Row) -> bytes:
        return hashlib.sha256(f"{seed}:{row.task_id}".encode()).digest()

    return draw
