"""`fimls setup` as people run it: with flags, at a terminal, without one, and when things fail."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from support.fake_sglang import FakeSGLang
from support.hosted_apis import HostedApi, Refusal
from support.terminal import Terminal

KEY = "sk-planted0123456789"
FIMLS = Path(sys.executable).with_name("fimls")
FILE = """\
# Mine, and it stays.
[completion]
max_lines = 3  # three

[engine]
kind = "openai"  # what stood here
url = "http://10.0.0.5:8000/v1"
apiKeyFile = "/somewhere/else"
connect_timeout_ms = 3_000
"""


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name in ("DEEPSEEK_API_KEY", "MISTRAL_API_KEY", "FIMLS_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "fimls" / "fimls.toml"


def setup(
    environment: dict[str, str], *flags: str, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [FIMLS, "setup", *flags],
        env=environment,
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def at_ports(ports: list[int], *flags: str) -> list[str]:
    """Return the command with other usual ports: this machine's may be taken by anything."""
    program = (
        "import sys; from fimls.backend import local_engines;"
        f" local_engines.USUAL_PORTS = dict.fromkeys({ports}, 'an engine');"
        f" from fimls.cli import main; sys.exit(main(['setup', *{[*flags]}]))"
    )
    return [sys.executable, "-c", program]


def test_flags_answer_everything_and_the_rest_of_the_file_stays(
    environment: dict[str, str], file: Path
) -> None:
    file.parent.mkdir()
    file.write_text(FILE, "utf-8")
    with HostedApi("deepseek", key=KEY) as api:
        flags = ("--engine", "deepseek", "--url", api.url, "--key-stdin", "--hosted", "allow")
        done = setup(environment, *flags, typed=f"{KEY}\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "' + second'" in done.stdout
    text = file.read_text("utf-8")
    assert text.startswith(FILE.partition("[engine]")[0])
    settings = tomllib.loads(text)
    key_file = Path(settings["engine"].pop("apiKeyFile"))
    assert settings["engine"] == {
        "kind": "deepseek",
        "url": api.url,
        "connect_timeout_ms": 3_000,
    }
    assert settings["privacy"] == {"hosted": "allow"}
    assert key_file.read_text("utf-8").strip() == KEY
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert not [each for each in file.parent.rglob("*") if each.name.endswith((".new", ".key.key"))]
    assert KEY not in done.stdout + text


@pytest.mark.parametrize(
    ("refusal", "says"),
    [
        (Refusal(402, "Insufficient Balance"), "top it up"),
        (Refusal(500, "oops"), "see https://status.deepseek.com"),
        (Refusal(422, "no"), "refuses the request"),
    ],
)
def test_an_engine_that_fails_is_told_and_nothing_is_written(
    environment: dict[str, str], file: Path, refusal: Refusal, says: str
) -> None:
    file.parent.mkdir()
    file.write_text(FILE, "utf-8")
    with HostedApi("deepseek", key=KEY, refusals=[refusal] * 9) as api:
        flags = ("--engine", "deepseek", "--url", api.url, "--key-stdin")
        done = setup(environment, *flags, typed=f"{KEY}\n")
        untried = setup(environment, *flags, "--no-try", "--print", typed=f"{KEY}\n")
    assert done.returncode == 1
    assert says in done.stderr
    assert "Nothing was written" in done.stderr
    assert "Traceback" not in done.stderr
    assert untried.returncode == 0
    assert file.read_text("utf-8") == FILE
    assert [each for each in file.parent.rglob("*") if each.is_file()] == [file]


def test_a_wrong_key_does_not_replace_a_right_one(environment: dict[str, str], file: Path) -> None:
    with HostedApi("mistral", key=KEY) as api:
        flags = ("--engine", "mistral", "--url", api.url, "--key-stdin")
        assert setup(environment, *flags, typed=f"{KEY}\n").returncode == 0
        before = file.read_text("utf-8")
        done = setup(environment, *flags, typed="sk-another-one-here\n")
    assert done.returncode == 1
    assert "needs an API key, or another one" in done.stderr
    assert file.read_text("utf-8") == before
    (kept,) = (file.parent / "keys").iterdir()
    assert kept.read_text("utf-8").strip() == KEY


def test_what_runs_here_is_found_and_asked_for_at_a_terminal(
    environment: dict[str, str], file: Path, tokenizer_folder: Path
) -> None:
    names = ("nomic-embed-text:latest", "llama3:latest", "qwen2.5-coder:0.5b")
    with (
        FakeSGLang(tokenizer_folder, script=[" + second"]) as first,
        HostedApi("ollama", models=names) as second,
    ):
        ports = [int(first.url.rpartition(":")[2]), second.port]
        with Terminal(at_ports(ports), environment) as terminal:
            terminal.answer("5. another one, at an address that you know", "9")
            terminal.answer("1 to 5 [1]:", "2")
            terminal.answer("Which of its models?\r\n  1. qwen2.5-coder:0.5b", "")
            assert terminal.end() == 0
    assert "Ollama stands in" in terminal.screen
    engine = tomllib.loads(file.read_text("utf-8"))["engine"]
    assert engine == {"kind": "openai", "url": second.url, "model": "qwen2.5-coder:0.5b"}


def test_a_terminal_shows_what_setup_is_doing_until_it_asks(
    environment: dict[str, str], tokenizer_folder: Path
) -> None:
    with FakeSGLang(tokenizer_folder, script=[0.5, " + second"]) as engine:
        port = int(engine.url.rpartition(":")[2])
        with Terminal(at_ports([9, port]), environment, kind="xterm") as terminal:
            terminal.answer("Looking for engines on this machine", "")
            terminal.answer("Trying one small suggestion", "")
            assert terminal.end() == 0
    assert "suggests" in terminal.screen


def test_the_first_that_is_found_is_taken_without_a_question(
    environment: dict[str, str], file: Path, tokenizer_folder: Path
) -> None:
    with FakeSGLang(tokenizer_folder, script=[" + second"]) as engine:
        port = int(engine.url.rpartition(":")[2])
        done = subprocess.run(
            at_ports([9, port], "--yes"),
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert tomllib.loads(file.read_text("utf-8")) == {
        "engine": {"kind": "sglang", "url": engine.url}
    }


def test_a_key_is_asked_for_unseen_and_so_is_whether_text_may_go_there(
    environment: dict[str, str], file: Path
) -> None:
    with HostedApi("deepseek", key=KEY) as api:
        command = [str(FIMLS), "setup", "--engine", "deepseek", "--url", api.url]
        with Terminal(command, environment) as terminal:
            terminal.answer("The API key of DeepSeek's API", KEY)
            terminal.answer("which somebody else runs? [y/N]", "y")
            assert terminal.end() == 0
    assert KEY not in terminal.screen
    assert tomllib.loads(file.read_text("utf-8"))["privacy"] == {"hosted": "allow"}


def test_an_engine_that_fails_is_written_at_a_terminal_if_that_is_meant(
    environment: dict[str, str], file: Path
) -> None:
    command = [str(FIMLS), "setup", "--engine", "llama-cpp", "--url", "http://127.0.0.1:9"]
    for answer, there in (("", False), ("y", True)):
        with Terminal(command, environment) as terminal:
            terminal.answer("all the same?", answer)
            assert terminal.end() == (0 if there else 1)
        assert file.exists() == there


WITHOUT = {
    "nothing runs here": ((), "Start one, or say which one is meant with --engine KIND or --url"),
    "a key": (("--engine", "deepseek"), "--key-file FILE, --key-env NAME or --key-stdin"),
    "no address": (("--url", "deepseek"), "is not an address of an engine"),
    "nothing there": (("--url", "http://127.0.0.1:9"), "127.0.0.1:9"),
    "an unset variable": (("--engine", "mistral", "--key-env", "NO_SUCH"), "NO_SUCH is not set"),
    "an empty key": (("--engine", "mistral", "--key-stdin"), "There is no API key in standard"),
    "no file": (("--engine", "mistral", "--key-file", "/no/such"), "cannot be read"),
}


@pytest.mark.parametrize("what", WITHOUT)
def test_without_a_terminal_the_flag_is_named_that_answers(
    environment: dict[str, str], file: Path, what: str
) -> None:
    flags, says = WITHOUT[what]
    done = subprocess.run(
        at_ports([9], *flags),
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not file.exists()


def test_a_server_that_is_no_engine_is_told(environment: dict[str, str]) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        done = setup(environment, "--url", url, typed="")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert url in done.stderr


FILES = {
    "not TOML": ("[engine\n", "is not TOML"),
    "no table": ("engine = 3\n", "engine is no table"),
    "not text": (b"\xff\xfe[engine]\n", "it is not UTF-8"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_cannot_be_used_is_left_as_it_is(
    environment: dict[str, str], file: Path, kind: str
) -> None:
    text, says = FILES[kind]
    data = text if isinstance(text, bytes) else text.encode()
    file.parent.mkdir()
    file.write_bytes(data)
    done = setup(environment, "--engine", "llama-cpp", "--no-try")
    assert done.returncode == 1
    assert says in done.stderr
    assert file.read_bytes() == data


def test_a_link_to_the_settings_file_stays_one(
    environment: dict[str, str], file: Path, tmp_path: Path
) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text(FILE, "utf-8")
    real.chmod(0o644)
    file.parent.mkdir()
    file.symlink_to(real)
    assert setup(environment, "--engine", "llama-cpp", "--no-try").returncode == 0
    assert file.is_symlink()
    assert tomllib.loads(real.read_text("utf-8"))["engine"]["kind"] == "llama-cpp"
    assert stat.S_IMODE(real.stat().st_mode) == 0o644
