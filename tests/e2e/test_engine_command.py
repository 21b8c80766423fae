"""`fimls engine` as a program: what it refuses in a sentence, and what it says in a journal."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FIMLS = Path(sys.executable).with_name("fimls")
needs_sglang = pytest.mark.skipif(
    not list(Path(sys.prefix).glob("lib/python*/site-packages/sglang")),
    reason="SGLang is installed by the extra `serve`",
)


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "HOME": str(folder), "XDG_STATE_HOME": str(folder)}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--host", "nowhere.invalid"], "--host"),
        (["--host", "nowhere.invalid", "--port", "0"], "--host"),
        (["--host", "192.0.2.1"], "--host"),  # an address of documentation: of no machine
        (["--host", "a" * 300], "--host"),
        (["--log-file", "nowhere/x.log"], "--log-file"),
        (["--log-file", "."], "--log-file"),
        (["--preset", "./my.toml"], "my.toml"),
    ],
)
@needs_sglang
def test_what_cannot_be_is_refused_in_one_sentence(
    tmp_path: Path, arguments: list[str], named: str
):
    port = [] if any("port" in each for each in arguments) else ["--port", "0"]
    done = subprocess.run(
        [FIMLS, "engine", *port, *arguments],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = done.stderr.strip()
    assert done.returncode == 1
    assert "Traceback" not in said
    assert said.startswith("fimls: ")
    assert said.endswith(".")
    assert named in said


LOADS = """\
#!{python}
import http.server, socket, sys, time
arguments = sys.argv[1:]
host, port = (arguments[arguments.index(each) + 1] for each in ("--host", "--port"))
class Server(http.server.HTTPServer):
    address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_): pass
time.sleep(1)
Server((host, int(port)), Handler).serve_forever()
"""


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1",) * 2, ("::1", "[::1]"), ("::", "[::1]")])
def test_in_a_journal_each_step_is_a_line_and_no_path_is_broken(
    tmp_path: Path, host: str, shown: str
):
    log = tmp_path / "[folder]" / ("long " * 30).strip() / "engine.log"
    log.parent.mkdir(parents=True)
    program = tmp_path / "llama-server"
    program.write_text(LOADS.replace("{python}", sys.executable), encoding="utf-8")
    program.chmod(0o755)
    model = tmp_path / "model.gguf"
    model.write_bytes(b"GGUF")
    command = [FIMLS, "engine", "--with", "llama-cpp", "--host", host, "--port", "0"]

    with subprocess.Popen(
        [*command, "--model", model, "--log-file", log],
        env={**environment(tmp_path), "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        stderr=subprocess.PIPE,
        text=True,
    ) as engine:
        assert engine.stderr
        lines: list[str] = []
        for line in engine.stderr:
            lines.append(line.rstrip("\n"))
            if "ready at" in line:
                break
        engine.terminate()
        engine.stderr.read()
    assert lines[0].startswith("Starting llama-server: ")  # before anything is loaded
    assert any("llama-server is loading the model" in line for line in lines)
    assert re.search(rf"ready at http://{re.escape(shown)}:\d+,", lines[-1])
    assert lines[-1].endswith(f"log in {log}, Ctrl-C ends it")
