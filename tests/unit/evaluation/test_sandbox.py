"""What a program that a model wrote can do in the sandbox, and what it cannot.

A program that expects a refusal passes exactly when it is refused.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from fimls.evaluation import passes

pytestmark = pytest.mark.skipif(os.name != "posix", reason="programs run on Linux and macOS only")

linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux keeps to these limits"
)


def refused(does: str, error: str = "PermissionError") -> str:
    return (
        f"try:\n    {does}\nexcept {error}:\n    pass\n"
        "else:\n    raise AssertionError('it was not refused')\n"
    )


@pytest.mark.parametrize(
    "program",
    [
        "assert 1 + 1 == 2",
        "import hashlib, math, re\nassert hashlib.md5(b'').hexdigest()[0] == 'd'",
        "print('x' * 100_000)",
        "assert __name__ == '__main__'",
        "open(__import__('os').__file__).read()",
    ],
)
def test_good_programs_pass(program: str) -> None:
    assert passes(program)


@pytest.mark.parametrize(
    "program",
    [
        "assert 1 + 1 == 3",
        "this is no Python",
        "raise SystemExit(0)",
        "import os; os._exit(0)",
        "import sys; sys.exit()",
        "raise KeyboardInterrupt",
        "def f(): return f()\nf()",
        "x = '\ud800'",
        "import numpy",
        "import fimls",
    ],
)
def test_programs_that_fail_or_end_themselves_do_not(program: str) -> None:
    assert not passes(program)


def test_an_endless_loop_is_killed_by_the_clock() -> None:
    assert not passes("while True: pass", seconds=1.0)
    assert not passes("import time\ntime.sleep(60)", seconds=1.0)


@linux
def test_limits_cannot_be_raised_again() -> None:
    setting = "import resource; resource.setrlimit(resource.RLIMIT_{}, (10**12, 10**12))"
    check = "import resource\nassert resource.getrlimit(resource.RLIMIT_{})[1] < 10**12\n"
    for kind in ("CPU", "AS", "FSIZE", "CORE", "NPROC"):
        assert passes(check.format(kind))
    if os.geteuid() != 0:  # the superuser may do anything
        assert passes(refused(setting.format("CPU"), "ValueError"))


@linux
def test_memory_is_bounded() -> None:
    assert passes("block = bytearray(10**8)")
    assert passes(refused("block = bytearray(2 * 10**9)", "MemoryError"))
    assert not passes("block = []\nwhile True: block.append(bytearray(10**7))")


@pytest.mark.parametrize(
    "does",
    [
        "import socket; socket.socket()",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
        "import os, signal; os.kill(os.getppid(), 0)",
        "import ctypes; ctypes.CDLL(None)",
    ],
)
def test_network_and_other_processes_are_refused(does: str) -> None:
    assert passes(refused(does))


@pytest.mark.parametrize(
    "does",
    [
        "open('new', 'w')",
        "open({file!r}, 'a')",
        "__import__('os').open({file!r}, 1)",
        "__import__('os').remove({file!r})",
        "__import__('os').rename({file!r}, 'new')",
        "__import__('os').mkdir('new')",
        "__import__('shutil').rmtree({folder!r})",
        "__import__('tempfile').mkstemp(dir={folder!r})",
        "__import__('pathlib').Path({file!r}).write_text('other')",
    ],
)
def test_changes_to_files_are_refused(tmp_path: Path, does: str) -> None:
    file = tmp_path / "kept.txt"
    file.write_text("kept")
    assert passes(refused(does.format(file=str(file), folder=str(tmp_path))))
    assert file.read_text() == "kept"
    assert list(tmp_path.iterdir()) == [file]


def test_the_environment_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_OURS", "told")
    assert passes("import os\nassert 'SECRET_OF_OURS' not in os.environ")
    assert passes("import os\nassert os.listdir('.') == []")
