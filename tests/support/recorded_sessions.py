"""What real editors and their servers said to each other, held against the contract."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from lsprotocol.types import LSPErrorCodes

from fimls.message_framing import Frames
from support.contract import Contract

_IN_CHILD = Path(__file__).parent / "in_child"


class RecordedSessions:
    """The sessions of all servers that are started while `record` runs.

    Attributes:
        messages: how many messages of servers were looked at.
    """

    def __init__(self, folder: Path) -> None:
        self.messages = 0
        self._folder = folder
        self._sessions: dict[Path, _Session] = {}

    @contextmanager
    def record(self) -> Iterator[None]:
        """Have every server that is started meanwhile record what it hears and says."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SESSIONS_FOLDER", str(self._folder))
            patch.setenv("PYTHONPATH", str(_IN_CHILD))
            yield

    def check(self) -> None:
        """Hold what was said since the last time against the contract, which notes violations."""
        for file in sorted(self._folder.glob("*.session")):
            session = self._sessions.setdefault(file, _Session(file))
            self.messages += session.read_on()


class _Session:
    def __init__(self, file: Path) -> None:
        self._file, self._place = file, 0
        self._contract = Contract()
        self._last: list[dict[str, Any]] = []
        self._heard, self._said = (Frames(2**28, trusted=True) for _ in range(2))

    def read_on(self) -> int:
        """Read what was recorded since; returns how many messages of the server that were."""
        number = 0
        for heard, data in self._pieces():
            frames = self._heard if heard else self._said
            frames.push(data)
            for message in map(json.loads, frames.bodies()):
                if heard:
                    self._contract.sent(message)
                else:
                    self._receive(message)
                    number += 1
        return number

    def _receive(self, message: dict[str, Any]) -> None:
        """Hold a message against the contract; the last answers of a server that is ended are not.

        It cancels what is under way, and nobody hears of that any more.
        """
        self._last.append(message)
        if message.get("error", {}).get("code") != LSPErrorCodes.RequestCancelled:
            for each in self._last:
                self._contract.received(each)
            self._last.clear()

    def _pieces(self) -> Iterator[tuple[bool, bytes]]:
        """Yield pieces that are there as a whole, and whether the server heard them."""
        with self._file.open("rb") as recorded:
            recorded.seek(self._place)
            while (head := recorded.readline()).endswith(b"\n"):
                length = int(head[1:])
                data = recorded.read(length)
                if len(data) < length:
                    return
                self._place = recorded.tell()
                yield head.startswith(b"<"), data
