"""The offline bundle: installed with the network shut off, the program works."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from fimls import __version__


def test_it_has_the_wheel_of_the_release(dist: Path, unpacked: Path):
    [wheel] = dist.glob("*.whl")
    assert (unpacked / "wheels" / wheel.name).read_bytes() == wheel.read_bytes()


def test_the_program_says_its_version(installed: Path):
    assert said(installed, "--version") == f"fimls {__version__}\n"


def test_doctor_finds_a_whole_installation(installed: Path):
    findings = map(json.loads, said(installed, "doctor", "--json").strip().split("\n"))
    [installation] = [each for each in findings if each["subject"] == "installation"]
    assert installation["state"] == "ok"
    assert __version__ in installation["says"]


def test_serve_answers_initialize(installed: Path):
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}
    body = json.dumps(message).encode()
    framed = b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    serve = [installed, "serve"]
    done = subprocess.run(serve, input=framed, capture_output=True, timeout=60, check=False)
    head, _, answer = done.stdout.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    result = json.loads(answer[:length])["result"]
    assert result["serverInfo"] == {"name": "fimls", "version": __version__}
    assert "inlineCompletionProvider" in result["capabilities"]


def test_a_wheel_that_was_changed_on_the_way_is_refused(unpacked: Path, tmp_path: Path):
    bundle = shutil.copytree(unpacked, tmp_path / "bundle")
    wheel = next((bundle / "wheels").glob("fimls-*.whl"))
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    done = install(bundle, tmp_path / "environment")
    assert done.returncode == 1
    assert "hash" in done.stderr.lower()


def test_another_python_or_platform_is_told_which_one_the_bundle_is_for(
    unpacked: Path, tmp_path: Path
):
    bundle = shutil.copytree(unpacked, tmp_path / "bundle")
    described = json.loads((bundle / "bundle.json").read_text("utf-8"))
    described["python"] = "3.99"
    (bundle / "bundle.json").write_text(json.dumps(described), encoding="utf-8")
    done = install(bundle, tmp_path / "environment")
    assert done.returncode == 1
    assert "run it with python3.99" in done.stderr
    assert not (tmp_path / "environment").exists()


def install(bundle: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, bundle / "install.py", folder]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def said(program: Path, *arguments: str) -> str:
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.stdout
