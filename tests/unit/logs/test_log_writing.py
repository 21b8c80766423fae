"""Lines of the log: nobody waits for a reader, nothing can be forged, repetition is bounded."""

from __future__ import annotations

import json
import logging
import os
import stat
import threading
from pathlib import Path

import pytest

from fimls.logs.log_formatting import JsonLogFormatter, LogFormatter, one_line
from fimls.logs.log_writing import FileHandler, StderrHandler
from fimls.logs.rate_limit import AT_ONCE, EACH, RateLimit


def record(message: str, *args: object, level: int = logging.WARNING) -> logging.LogRecord:
    return logging.LogRecord("fimls.x", level, "x.py", 1, message, args, None)


def test_a_pipe_that_nobody_reads_does_not_hold_the_writer():
    reading, writing = os.pipe()
    handler = StderrHandler(os.fdopen(writing, "w"))
    thread = threading.Thread(
        target=lambda: [handler.handle(record("%s", "x" * 5_000)) for _ in range(100)], daemon=True
    )
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    os.read(reading, 1 << 20)
    handler.handle(record("read again"))
    assert os.read(reading, 1 << 20).strip(b"\n") == b"read again"
    os.close(reading)
    handler.handle(record("nobody is there"))


def test_a_log_file_is_for_its_owner_alone(tmp_path: Path):
    new, old = tmp_path / "new.log", tmp_path / "old.log"
    old.write_text("before\n")
    old.chmod(0o644)
    for file in (new, old):
        handler = FileHandler(file)
        handler.handle(record("written \ud83d"))
        handler.close()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert old.read_text() == "before\nwritten \\ud83d\n"


FORGED = "lid\n2026-01-01 00:00:00,000 ERROR fimls.x: forged\r\x1b[2J\u2028\u202e\x85"


@pytest.mark.parametrize("formatter", [LogFormatter(), JsonLogFormatter()])
def test_what_comes_from_elsewhere_is_no_line_of_its_own(formatter: logging.Formatter):
    lines = formatter.format(record("The engine serves %s.", FORGED))
    assert "\n" not in lines
    assert not {"\r", "\x1b", "\u2028", "\u202e", "\x85"} & set(lines)


def test_a_traceback_is_indented(caplog: pytest.LogCaptureFixture):
    try:
        raise ValueError(FORGED)
    except ValueError as error:
        entry = record("It failed.")
        entry.exc_info = type(error), error, error.__traceback__
    first, *rest = LogFormatter().format(entry).split("\n")
    assert first.endswith("It failed.")
    assert all(line.startswith("    ") for line in rest)
    assert json.loads(JsonLogFormatter().format(entry))["exception"].startswith("Traceback")


def test_text_for_people_stays_as_it_is():
    assert one_line("größe … 变量 😀") == "größe … 变量 😀"


def test_repetition_is_bounded_per_kind_and_counted():
    now = [0.0]
    repeats = RateLimit(lambda: now[0])
    kinds = [("%s", ValueError("a")), ("%s", KeyError("b")), ("other %s", 1)]
    written = [
        e for _ in range(1_000) for e in (record(*kind) for kind in kinds) if repeats.filter(e)
    ]
    assert len(written) == 3 * AT_ONCE
    now[0] = 61.0
    again = record(*kinds[0])
    assert repeats.filter(again)
    assert LogFormatter().format(again).endswith(f"a ({1_000 - AT_ONCE} more like it)")
    assert not repeats.filter(record(*kinds[0]))


def test_what_was_asked_for_is_not_bounded():
    repeats = RateLimit()
    for _ in range(100):
        assert repeats.filter(record("detail", level=logging.DEBUG))
        entry = record("came in")
        entry.__dict__.update(EACH)
        assert repeats.filter(entry)


def test_two_places_of_one_log_have_the_same_lines():
    repeats = RateLimit()
    entries = [record("x") for _ in range(2 * AT_ONCE)]
    assert [repeats.filter(e) for e in entries] == [repeats.filter(e) for e in entries]
