"""`fimls engine --with llama-cpp`: what is started, watched and stopped, and what is refused.

The program on the PATH is a script here, which says what it was started with; where
FIMLS_LLAMA_SERVER and FIMLS_TEST_GGUF name a real one and a model, that one is started too.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

NAMED = {name: os.environ.get(name) for name in ("FIMLS_LLAMA_SERVER", "FIMLS_TEST_GGUF")}
FIMLS = Path(sys.executable).with_name("fimls")
SERVER = """\
#!{python}
import http.server, json, sys, time
arguments = sys.argv[1:]
if "--no-such" in arguments:
    sys.exit("error: invalid argument: --no-such")
if "--old" in arguments:
    sys.exit("error: invalid argument: --cache-ram")
if "--break" in arguments:
    sys.exit("main: error loading model: tensor 'x' data is not within the file bounds")
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(arguments).encode())
    def log_message(self, *_): pass
port = int(arguments[arguments.index("--port") + 1])
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "llama-server"
    program.write_text(SERVER.replace("{python}", sys.executable), "utf-8")
    program.chmod(0o755)
    return folder


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    file = tmp_path / "model.gguf"
    file.write_bytes(b"GGUF and no more")
    return file


def environment(path: Path) -> dict[str, str]:
    return {**os.environ, "PATH": str(path), "HOME": str(path), "XDG_STATE_HOME": str(path)}


@contextmanager
def started(path: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Yield the command and the engine's address, once it says so."""
    command = subprocess.Popen(
        [FIMLS, "engine", "--with", "llama-cpp", "--port", "0", *arguments],
        env=environment(path),
        stderr=subprocess.PIPE,
        text=True,
        # Tests that run in the background have interrupts ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert command.stderr is not None
        said = ""
        while "ready at" not in said:
            line = command.stderr.readline()
            assert line, f"it ended: {said}"
            said += line
        yield command, said.partition("ready at ")[2].partition(",")[0]
    finally:
        command.kill()
        command.wait()


def test_a_preset_is_served_without_a_cache_that_others_get(path: Path) -> None:
    with (
        started(path, "--preset", "qwen2.5-coder-0.5b", "--", "-t", "2") as (_, url),
        urllib.request.urlopen(url, timeout=10) as answer,
    ):
        arguments = json.load(answer)
    pairs = dict(zip(arguments[::2], arguments[1::2], strict=True))
    assert pairs["--cache-ram"] == "0"
    assert pairs["-hf"] == "ggml-org/Qwen2.5-Coder-0.5B-Q8_0-GGUF"
    assert (pairs["--host"], pairs["-t"]) == ("127.0.0.1", "2")


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_whatever_ends_the_command_no_llama_server_is_left(
    path: Path, gguf: Path, ending: signal.Signals
) -> None:
    with started(path, "--model", str(gguf)) as (command, _):
        children = psutil.Process(command.pid).children(recursive=True)
        assert children
        command.send_signal(ending)
        command.wait(60)
        assert not psutil.wait_procs(children, timeout=30)[1]


def test_a_llama_server_that_dies_is_told_with_its_log(path: Path, gguf: Path) -> None:
    with started(path, "--model", str(gguf)) as (command, _):
        psutil.Process(command.pid).children()[0].kill()
        assert command.stderr is not None
        said = command.stderr.read()
        assert command.wait(60) == 1
    assert "llama-server was killed, most likely for want of memory" in said
    assert "SGLang" not in said


REFUSED = {
    "an argument": (("--", "--no-such"), "does not know one of its arguments"),
    "a program too old": (("--", "--old"), "too old"),
    "a broken model": (("--", "--break"), "cannot load the model"),
    "no GGUF of it": (("--preset", "deepseek-v2.5"), "has no GGUF"),
    "no such file": (("--model", "~/none.gguf"), "There is no GGUF file ~/none.gguf"),
    "another file": (("--model", __file__), "is not a GGUF file"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_started_is_one_sentence(path: Path, what: str) -> None:
    arguments, says = REFUSED[what]
    done = engine(path, *arguments)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert "SGLang does" not in done.stderr


def test_no_llama_server_on_the_path(tmp_path: Path) -> None:
    done = engine(tmp_path)
    assert done.returncode == 1
    assert "There is no llama-server on the PATH" in done.stderr


def engine(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [FIMLS, "engine", "--with", "llama-cpp", "--port", "0", *arguments],
        env=environment(path),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_real_one_serves_what_setup_tries(tmp_path: Path) -> None:
    program, model = NAMED.values()
    if not program or not model:
        pytest.skip("FIMLS_LLAMA_SERVER and FIMLS_TEST_GGUF name no llama-server and no model")
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "llama-server").symlink_to(program)
    with started(folder, "--model", model, "--", "-c", "8192") as (_, url):
        done = subprocess.run(
            [FIMLS, "setup", "--url", url, "--file", str(tmp_path / "fimls.toml")],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert "proposes" in done.stdout
