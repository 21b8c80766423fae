"""The results of a run, one JSON line each, so that an interrupted run goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeAlias, TypeVar, cast

from fimls.errors import FimlsError

Key: TypeAlias = tuple[str, str, str, str]
"""Set, task, cursor and way of a result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one cursor, asked one way.

    Attributes:
        set: name of the set.
        task: the row's task_id.
        cursor: kind of the cursor.
        way: ``pipeline``, ``raw`` or ``fixed``.
        text: the completion; empty where there was none.
        exact: whether it is the rest of the middle.
        passed: whether the row's test passes with it; None where nothing was executed.
        refused: what the engine said where it refused the prompt.
        tokens: how many the engine was seen to generate for it, in all its requests.
    """

    set: str
    task: str
    cursor: str
    way: str
    text: str
    exact: bool
    passed: bool | None = None
    refused: str | None = None
    tokens: int = 0

    @property
    def key(self) -> Key:
        """What the result is the result of."""
        return self.set, self.task, self.cursor, self.way


class Recorded(Protocol):
    """What can be kept: a dataclass of JSON values."""

    @property
    def key(self) -> Any:
        """What the result is the result of; equal keys mean the same question."""
        ...


R = TypeVar("R", bound=Recorded)


class Records(Generic[R]):
    """Results in a file, whose first line says what they were made with."""

    def __init__(self, file: Path, header: Mapping[str, Any], kind: type[R]) -> None:
        """Read what is there; make the file if there is none.

        Args:
            file: where the results are.
            header: what they are made with; results made with anything else do not mix.
            kind: the dataclass of a result.

        Raises:
            FimlsError: the file cannot be used, or holds results made with something else.
        """
        self._file = file
        self._kind = kind
        self._results: dict[Any, R] = {}
        # As it reads back: tuples become lists.
        self._header = cast("dict[str, Any]", json.loads(json.dumps(header)))
        try:
            text = file.read_text(encoding="utf-8") if file.exists() else ""
            # What has no line end was cut off by the interruption.
            whole = text[: text.rfind("\n") + 1]
            self._load(whole)
            if whole != text:
                file.write_text(whole, encoding="utf-8", newline="\n")
            if not whole:
                self._append(self._header)
        except OSError as error:
            raise FimlsError(
                f"{file} cannot hold the results ({error.strerror}): give another --out."
            ) from error
        except UnicodeDecodeError as error:
            raise _foreign(file) from error

    def __len__(self) -> int:
        """Number of results."""
        return len(self._results)

    def __contains__(self, key: object) -> bool:
        """Whether a result is there."""
        return key in self._results

    def __getitem__(self, key: Any) -> R:
        """Return a result that is there."""
        return self._results[key]

    def values(self) -> list[R]:
        """Return all results, the first one first."""
        return [*self._results.values()]

    def add(self, result: R) -> None:
        """Keep a result; it is in the file when this returns."""
        self._results[result.key] = result
        self._append(asdict(cast("Any", result)))

    def _load(self, text: str) -> None:
        lines = text.split("\n")[:-1]
        if not lines:
            return
        try:
            header = json.loads(lines[0])
            results = [self._kind(**json.loads(line)) for line in lines[1:]]
        except (ValueError, TypeError) as error:
            raise _foreign(self._file) from error
        if header != self._header:
            other = _differing(header, self._header)
            raise FimlsError(
                f"{self._file} holds results of another run (other {other}): give another --out,"
                " or remove that file."
            )
        self._results = {result.key: result for result in results}

    def _append(self, value: Mapping[str, Any]) -> None:
        with self._file.open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(value) + "\n")


def _foreign(file: Path) -> FimlsError:
    return FimlsError(f"{file} is not a file of results: give another --out.")


def _differing(old: Any, new: dict[str, Any]) -> str:
    if not isinstance(old, dict):
        return "kind of file"
    there = cast("dict[str, Any]", old)
    return ", ".join(key for key in {**there, **new} if there.get(key) != new.get(key))
