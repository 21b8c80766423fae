"""What a program that a model wrote can do in the sandbox, and what it cannot.

A program that expects a refusal passes exactly when it is refused.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fimls.errors import FimlsError
from fimls.jail import jailed_program, output_of, passes
from fimls.jail.bubblewrap import bubblewrap


def _missing() -> str:
    try:
        bubblewrap(())
    except FimlsError as error:
        return str(error)
    return ""


pytestmark = pytest.mark.skipif(bool(_missing()), reason=_missing() or "there is a jail")

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


@pytest.fixture
def victim() -> Iterator[subprocess.Popen[bytes]]:
    """Another process of the same user."""
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


NO_HOOK = """
import __main__, sys
for name in ("_FORBIDDEN", "_WRITING"):
    if hasattr(__main__, name):
        setattr(__main__, name, ("\\0",) if name == "_FORBIDDEN" else 0)
frame = sys._getframe()
while frame is not None:
    if "_FORBIDDEN" in frame.f_globals:
        frame.f_globals["_FORBIDDEN"], frame.f_globals["_WRITING"] = ("\\0",), 0
    frame = frame.f_back
"""
"""What switches the audit hook off: from here on it is bubblewrap alone that holds."""


@linux
@pytest.mark.parametrize(
    "does",
    [
        "import signal; signal.pidfd_send_signal(os.pidfd_open({pid}), 9)",
        "os.kill({pid}, 9)",
        "os.kill(-1, 9)",
        "import resource; resource.prlimit({pid}, resource.RLIMIT_NOFILE, (0, 0))",
        "os.setpriority(os.PRIO_PROCESS, {pid}, 19)",
    ],
)
def test_no_process_outside_is_reached(victim: subprocess.Popen[bytes], does: str) -> None:
    before = resource.prlimit(victim.pid, resource.RLIMIT_NOFILE)
    passes(f"{NO_HOOK}\nimport os\n{does.format(pid=victim.pid)}")
    assert victim.poll() is None
    assert resource.prlimit(victim.pid, resource.RLIMIT_NOFILE) == before
    assert os.getpriority(os.PRIO_PROCESS, victim.pid) == os.getpriority(os.PRIO_PROCESS, 0)


@linux
@pytest.mark.parametrize(
    "does",
    [
        "os.mkfifo({folder!r} + '/x')",
        "os.mknod({folder!r} + '/x')",
        "import sqlite3; sqlite3.connect({folder!r} + '/x').execute('create table t (a)')",
        "open({file!r}, 'w').write('other')",
        "os.remove({file!r})",
        "os.truncate({file!r}, 0)",
        "os.rename({file!r}, {folder!r} + '/x')",
        "import _posixshmem; _posixshmem.shm_open('/fimls-escaped', os.O_CREAT | os.O_RDWR, 0o600)",
        "open({file!r}).read(); open('/dev/shm/fimls-escaped', 'w')",
    ],
)
def test_nothing_outside_is_written_or_read(tmp_path: Path, does: str) -> None:
    file = tmp_path / "kept.txt"
    file.write_text("kept")
    program = f"{NO_HOOK}\nimport os\n{does.format(file=str(file), folder=str(tmp_path))}"
    passes(program)
    assert file.read_text() == "kept"
    assert list(tmp_path.iterdir()) == [file]
    assert not Path("/dev/shm/fimls-escaped").exists()
    assert passes(refused(f"open({str(file)!r})", "FileNotFoundError"))


@linux
def test_nothing_goes_on_when_a_program_has_ended() -> None:
    name = f"fimls-left-{os.getpid()}"
    program = (
        f"{NO_HOOK}\nimport os\nif os.fork() == 0:\n"
        f"    os.setsid()\n    os.execv('/bin/sh', ['{name}', '-c', 'sleep 30; sleep 30'])\n"
    )
    passes(program)
    time.sleep(0.2)
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert name.encode() not in entry.read_bytes()
        except OSError:
            continue


FORGERIES = {
    "the word from a frame": "import sys, os\nframe = sys._getframe()\n"
    "while 'word' not in frame.f_locals:\n    frame = frame.f_back\n"
    "for each in range(3, 20):\n    try:\n"
    "        os.write(each, frame.f_locals['word'].encode())\n    except OSError:\n        pass\n"
    "os._exit(0)\n",
    "the harness's own end": "import sys, os\nframe = sys._getframe().f_back\n"
    "os.write(frame.f_locals['answer'], frame.f_locals['word'].encode())\nos._exit(0)\n",
    "the standard input": "import os\nos.lseek(0, 0, 0)\n"
    "os.write(1, os.read(0, 32))\nos._exit(0)\n",
    "an end without an error": "import os\nos._exit(0)\n",
}


@pytest.mark.parametrize("how", FORGERIES)
def test_a_program_cannot_say_that_its_tests_passed(how: str) -> None:
    assert not passes(f"{FORGERIES[how]}\nassert 1 == 2")
    assert not passes(f"{FORGERIES[how]}\nassert 1 == 1")


def test_an_answer_without_an_end_fills_nothing() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.monotonic()
    assert not passes(
        "import os\nwhile True:\n    for each in range(3, 9):\n        try:\n"
        "            os.write(each, b'x' * 2**16)\n        except OSError:\n            pass\n"
    )
    assert time.monotonic() - begun < jailed_program.SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_without_a_jail_nothing_is_executed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(FimlsError, match="install bubblewrap"):
        passes("")
    assert passes("assert 1", jailed=False)


def test_what_a_program_says_comes_out_and_nothing_else() -> None:
    assert output_of("print('no')\n__say__(b'yes')") == b"yes"
    assert output_of("__say__(b'yes')\nraise SystemExit") is None
    assert output_of("import os\n__say__(str(os.listdir('.')).encode())") == b"[]"
    assert output_of("while True:\n    __say__(b'x' * 1000)", seconds=2.0, most_bytes=5_000) is None


def test_a_program_reads_the_files_it_may_and_no_others(tmp_path: Path) -> None:
    seen, unseen = tmp_path / "seen", tmp_path / "unseen"
    for folder in (seen, unseen):
        folder.mkdir()
        (folder / "a.txt").write_text("text")
    reads = "try:\n    __say__(open({!r}).read().encode())\nexcept OSError:\n    __say__(b'no')"
    assert output_of(reads.format(str(seen / "a.txt")), files=[seen]) == b"text"
    assert output_of(reads.format(str(unseen / "a.txt")), files=[seen]) == b"no"
