from __future__ import annotations

import logging
from pathlib import Path

import pytest

from fimls.logs import configure_logs, set_level

SECRET = "password_in_the_source"


@pytest.fixture(autouse=True)
def _restore_logging():
    root = logging.getLogger()
    handlers = root.handlers[:]
    yield
    root.handlers[:] = handlers
    logging.raiseExceptions = True
    for name in ("fimls", "pygls"):
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    return tmp_path / "fimls.log"


def log_as_pygls_does() -> None:
    pygls = logging.getLogger("pygls.protocol.json_rpc")
    pygls.info("Sending data: %s", SECRET)
    try:
        raise ValueError(SECRET)
    except ValueError:
        pygls.exception("Failed to handle notification %r: %s", "didOpen", SECRET)
        pygls.error("Unable to deserialize message\n%s", SECRET)


@pytest.mark.parametrize("level", ["info", "warning", "error"])
def test_no_message_of_the_protocol_is_written(
    log_file: Path, capsys: pytest.CaptureFixture[str], level: str
):
    configure_logs(log_file)
    set_level(level)
    log_as_pygls_does()
    written = log_file.read_text() + capsys.readouterr().err
    assert SECRET not in written
    assert "Failed to handle notification …: … (ValueError)" in written
    assert "Unable to deserialize message" in written


def test_debug_has_everything(log_file: Path):
    configure_logs(log_file)
    set_level("debug")
    log_as_pygls_does()
    assert log_file.read_text().count(SECRET) == 4


def test_our_own_messages_are_whole_and_obey_the_level(
    log_file: Path, capsys: pytest.CaptureFixture[str]
):
    configure_logs(log_file)
    logger = logging.getLogger("fimls.lsp.somewhere")
    logger.info("The engine serves %s.", "a model")
    set_level("warning")
    logger.info("not written")
    logger.warning("100% …")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 2
    assert "INFO fimls.lsp.somewhere: The engine serves a model." in captured.err
    assert log_file.read_text() == captured.err
