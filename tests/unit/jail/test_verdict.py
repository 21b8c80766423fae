"""What a program that a model wrote can do in a jail, and what it cannot.

A program that expects a refusal runs to its end exactly when it is refused.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from fimls.errors import FimlsError
from fimls.jail import isolation, passes
from fimls.jail.isolation import isolated
from fimls.jail.jailed_process import SECONDS

runs = partial(passes, tests="")


def _missing() -> str:
    try:
        isolated(())
    except FimlsError as error:
        return str(error)
    return ""


pytestmark = pytest.mark.skipif(bool(_missing()), reason=_missing() or "there is a jail")


@pytest.fixture(params=isolation.PROGRAMS)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A program that makes jails, which is the one that is used."""
    program = shutil.which(request.param)
    if program is None or not isolation.holds(request.param, program):
        pytest.skip(f"{request.param} makes no jail here")
    monkeypatch.setattr(isolation, "_found", lambda _: (request.param, program))
    return request.param


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
def test_good_programs_run(kind: str, program: str) -> None:
    assert runs(program)


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
        "import fimls.settings",
    ],
)
def test_programs_that_fail_or_end_themselves_do_not(program: str) -> None:
    assert not runs(program)


def test_an_endless_loop_is_killed_by_the_clock() -> None:
    assert not runs("while True: pass", seconds=1.0)
    assert not runs("import time\ntime.sleep(60)", seconds=1.0)


@linux
def test_limits_cannot_be_raised_again() -> None:
    setting = "import resource; resource.setrlimit(resource.RLIMIT_{}, (10**12, 10**12))"
    check = "import resource\nassert resource.getrlimit(resource.RLIMIT_{})[1] < 10**12\n"
    for kind in ("CPU", "AS", "FSIZE", "CORE", "NPROC"):
        assert runs(check.format(kind))
    if os.geteuid() != 0:  # the superuser may do anything
        assert runs(refused(setting.format("CPU"), "ValueError"))


@linux
def test_memory_is_bounded() -> None:
    assert runs("block = bytearray(10**8)")
    assert runs(refused("block = bytearray(2 * 10**9)", "MemoryError"))
    assert not runs("block = []\nwhile True: block.append(bytearray(10**7))")


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
    assert runs(refused(does))


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
    assert runs(refused(does.format(file=str(file), folder=str(tmp_path))))
    assert file.read_text() == "kept"
    assert list(tmp_path.iterdir()) == [file]


def test_the_environment_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_OURS", "told")
    assert runs("import os\nassert 'SECRET_OF_OURS' not in os.environ")
    assert runs("import os\nassert os.listdir('.') == []")


@pytest.fixture
def victim() -> Iterator[subprocess.Popen[bytes]]:
    """Another process of the same user."""
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


NO_HOOK = """
import sys
limits = sys.modules["fimls.jail.inside.limits"]
limits._FORBIDDEN, limits._WRITING = ("\\0",), 0
"""
"""What switches the audit hook off: from here on it is the jail alone that holds."""


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
def test_no_process_outside_is_reached(
    kind: str, victim: subprocess.Popen[bytes], does: str
) -> None:
    before = resource.prlimit(victim.pid, resource.RLIMIT_NOFILE)
    runs(f"{NO_HOOK}\nimport os\n{does.format(pid=victim.pid)}")
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
def test_nothing_outside_is_written_or_read(kind: str, tmp_path: Path, does: str) -> None:
    file = tmp_path / "kept.txt"
    file.write_text("kept")
    program = f"{NO_HOOK}\nimport os\n{does.format(file=str(file), folder=str(tmp_path))}"
    runs(program)
    assert file.read_text() == "kept"
    assert list(tmp_path.iterdir()) == [file]
    assert not Path("/dev/shm/fimls-escaped").exists()
    assert runs(refused(f"open({str(file)!r})", "FileNotFoundError"))


@linux
def test_nothing_goes_on_when_a_program_has_ended(kind: str) -> None:
    name = f"fimls-left-{os.getpid()}"
    program = (
        f"{NO_HOOK}\nimport os\nif os.fork() == 0:\n"
        f"    os.setsid()\n    os.execv('/bin/sh', ['{name}', '-c', 'sleep 30; sleep 30'])\n"
    )
    runs(program)
    time.sleep(0.2)
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert name.encode() not in entry.read_bytes()
        except OSError:
            continue


FORGERIES = {
    "an end without an error": "import os\nos._exit(0)\n",
    "an exception that ends all": "raise SystemExit(0)",
    "at the end of the process": "import atexit, os\natexit.register(os._exit, 0)\n",
    "the sentence at every descriptor": "import os\nfor each in range(64):\n    try:\n"
    "        os.write(each, b'\\nThe tests pass.\\n')\n    except OSError:\n        pass\n"
    "os._exit(0)\n",
    "the sentence, and then the function": "import os\nfor each in range(64):\n    try:\n"
    "        os.write(each, b'\\nThe tests pass.\\n')\n    except OSError:\n        pass\n"
    "def f(n): return n\n",
    "ready at once, and every answer true": "import os, sys\nfor each in range(3, 64):\n"
    "    try:\n        os.write(each, b'ready\\n')\n"
    '        os.write(each, b\'{"is": true, "left": ["list", null]}\\n\' * 99)\n'
    "    except OSError:\n        pass\n",
    "the frames of the harness": "import sys\nframe = sys._getframe()\nwhile frame:\n"
    "    frame.f_locals.update(tests='', PASSED=b'', READY=b'')\n    frame = frame.f_back\n"
    "def f(n): return n\n",
    "other modules of the harness": "import sys\nfor name, module in list(sys.modules.items()):\n"
    "    if name.startswith('fimls'):\n        module.encode = lambda *_: ['yours', 0]\n"
    "def f(n): return n\n",
    "builtins": "import builtins\nbuiltins.AssertionError = int\nbuiltins.len = lambda _: 2\n"
    "def f(n): return n\n",
    "unittest and operator": "import operator, unittest\noperator.eq = lambda *_: True\n"
    "unittest.TestCase.assertEqual = lambda *_: None\ndef f(n): return n\n",
    "something that equals everything": "class Any:\n    def __eq__(self, _): return True\n"
    "def f(n): return Any()\n",
    "a number that equals everything": "class Any(int):\n    def __eq__(self, _): return True\n"
    "    __hash__ = int.__hash__\ndef f(n): return Any(n)\n",
    "a text that is all texts": "class Any(str):\n    def __eq__(self, _): return True\n"
    "    __hash__ = str.__hash__\ndef f(n): return Any('1')\n",
    "a difference that is small": "class Any:\n    def __sub__(self, _): return 0\n"
    "    __rsub__ = __sub__\n    def __abs__(self): return 0\n"
    "    def __eq__(self, _): return True\n    def __lt__(self, _): return True\n"
    "def f(n): return Any()\n",
    "a class that pretends": "class Any:\n    __class__ = int\n"
    "    def __eq__(self, _): return True\n"
    "def f(n): return Any()\n",
    "the stack of who calls": "import sys\ndef f(n):\n    frame = sys._getframe()\n"
    "    while frame:\n        frame.f_globals['__builtins__'] = {}\n"
    "        frame = frame.f_back\n    return n\n",
    "an error instead of an answer": "def f(n): raise SystemExit(0)\n",
    "names that tests use": "def check(_): pass\ndef abs(_): return 0\ndef f(n): return n\n",
    "no answer": "def f(n):\n    while True: pass\n",
    "an answer without end": "def f(n):\n    import os\n    while True:\n"
    "        for each in range(3, 9):\n            try: os.write(each, b'x' * 2**16)\n"
    "            except OSError: pass\n",
    "an answer in an answer": "def f(n):\n    kept = []\n    for _ in range(99999): kept = [kept]\n"
    "    return kept\n",
    "a function of the tests": "def f(n):\n    n.__globals__['check'] = print\n    return 2\n",
}
"""What a program does to have tests pass for a function that gives 1 for 1."""

TESTS = """
from program_under_test import f
import unittest

def check(result):
    assert result == 2
    assert abs(result - 2) < 0.5
    unittest.TestCase().assertEqual(len([result]), 1)

check(f(1))
"""


@pytest.mark.parametrize("how", FORGERIES)
def test_a_program_cannot_have_its_tests_pass(how: str) -> None:
    assert not passes(FORGERIES[how], TESTS, seconds=4.0)
    assert not passes("f = lambda n: n\n" + FORGERIES[how], TESTS, seconds=4.0)


def test_what_tests_see_is_what_a_program_gives() -> None:
    assert passes("def f(n): return n + 1", TESTS)
    assert not passes("def f(n): return n", TESTS)


def test_tests_of_objects_errors_and_arguments() -> None:
    program = (
        "import collections\n\nclass Full(ValueError): pass\n\n"
        "class Stack:\n    def __init__(self, most): self.most, self.held = most, []\n"
        "    def push(self, each):\n        if len(self.held) == self.most: raise Full('full')\n"
        "        self.held.append(each)\n"
        "    def __len__(self): return len(self.held)\n\n"
        "Pair = collections.namedtuple('Pair', 'left right')\n"
        "def pair(): return Pair(1, 2)\n"
        "def order(each): each.sort()\n"
        "def count(word): return collections.Counter(word)\n"
        "def numbers():\n    yield 1\n    yield 2\n"
        "def twice(do, n): return do(do(n))\n"
    )
    tests = (
        "from program_under_test import Full, Stack, count, numbers, order, pair, twice\n"
        "stack = Stack(1)\nstack.push('a')\n"
        "assert len(stack) == 1 and stack.held == ['a'] and isinstance(stack, Stack)\n"
        "try:\n    stack.push('b')\n"
        "except Full as error:\n    assert isinstance(error, ValueError) and str(error) == 'full'\n"
        "else:\n    raise AssertionError\n"
        "assert pair() == (1, 2) and pair().right == 2\n"
        "given = [3, 1]\norder(given)\nassert given == [1, 3]\n"
        "assert count('aab') == {'a': 2, 'b': 1}\n"
        "assert list(numbers()) == [1, 2]\n"
        "assert twice(lambda n: n * 3, 2) == 18\n"
    )
    assert passes(program, tests)


def test_an_answer_without_an_end_fills_nothing() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.monotonic()
    assert not runs(
        "import os\nwhile True:\n    for each in range(3, 9):\n        try:\n"
        "            os.write(each, b'x' * 2**16)\n        except OSError:\n            pass\n"
    )
    assert time.monotonic() - begun < SECONDS + 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_without_a_jail_nothing_is_executed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(FimlsError, match="install one"):
        runs("")
    assert runs("assert 1", jailed=False)


def test_a_jail_that_is_open_is_none(tmp_path: Path) -> None:
    """A program of a jail's name that only runs what it is given, whatever else it is told."""
    opened = tmp_path / "bwrap"
    opened.write_text('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n')
    opened.chmod(0o755)
    assert not isolation.holds("bwrap", str(opened))
