"""What a server says to a real editor is recorded, and held against what that editor announced."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.contract import VIOLATIONS
from support.recorded_sessions import RecordedSessions

_SERVER = """
import os, sys
while os.read(0, 7):
    pass
with os.fdopen(os.dup(1), "wb") as output:
    output.write(sys.argv[2].encode())
"""

INITIALIZE = {
    "id": 1,
    "method": "initialize",
    "params": {"processId": None, "rootUri": None, "capabilities": {}},
}
ANSWER = {"id": 1, "result": {"capabilities": {}}}
PROGRESS = {"id": 2, "method": "window/workDoneProgress/create", "params": {"token": "a"}}


@pytest.mark.parametrize(
    ("said", "violations"),
    [
        ([ANSWER], []),
        ([ANSWER, PROGRESS], ["window.workDoneProgress was not announced"]),
        ([{"id": 1, "result": {"capabilities": {"a": 1}}}], ["is not a field of"]),
        ([{"id": 7, "result": None}], ["an answer to what nobody asked"]),
    ],
)
def test_what_a_recorded_server_says_is_held_against_the_contract(
    tmp_path: Path, said: list[dict[str, Any]], violations: list[str]
):
    sessions = RecordedSessions(tmp_path)
    frames = "".join(map(_frame, said))
    with sessions.record():
        heard = _frame(INITIALIZE).encode()
        subprocess.run([sys.executable, "-c", _SERVER, "serve", frames], input=heard, check=True)
    sessions.check()
    found, VIOLATIONS[:] = VIOLATIONS[:], []

    assert sessions.messages == len(said)
    assert len(found) == len(violations)
    assert all(words in each for each, words in zip(found, violations, strict=True))


def _frame(message: dict[str, Any]) -> str:
    body = json.dumps({"jsonrpc": "2.0", **message})
    return f"Content-Length: {len(body)}\r\n\r\n{body}"
