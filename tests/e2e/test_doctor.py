"""What `fimls doctor` prints, and what it and others run, wherever names and folders come from."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.fake_sglang import FakeSGLang

TRACE = Path(__file__).parents[1] / "data/traces/settings.json"
FORGED = "2026-01-01 00:00:00 ERROR fimls: forged"
NAMES = {
    "brackets of rich": "evil[/]",
    "a tag": "[bold]evil[/bold]",
    "a line of a log": f"evil\n{FORGED}",
    "a terminal's title": "evil\x1b]0;owned\x07",
    "a change of direction": "evil\u202egpj",
    "a megabyte": "e" * 10**6,
}


def fimls(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return subprocess.run(
        [Path(sys.executable).with_name("fimls"), *arguments],
        cwd=folder,
        env={**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("kind", NAMES)
def test_no_name_of_an_engine_breaks_or_forges_what_is_printed(
    tmp_path: Path, tokenizer_folder: Path, kind: str
):
    with FakeSGLang(tokenizer_folder, NAMES[kind], script=["x"]) as engine:
        done = fimls(tmp_path, "doctor", "--url", engine.url)
    printed = done.stdout + done.stderr
    assert "Traceback" not in printed
    assert "\x1b" not in printed
    assert "\u202e" not in printed
    assert not any(line.startswith(FORGED[:10]) for line in printed.splitlines())
    if "[" in NAMES[kind]:
        assert NAMES[kind] in printed
    assert len(printed) < 20_000


def test_each_engine_of_a_list_is_asked_unless_an_address_is_given(
    tmp_path: Path, tokenizer_folder: Path
):
    (tmp_path / "home/fimls").mkdir(parents=True)
    with (
        FakeSGLang(tokenizer_folder, "first", script=["x"]) as first,
        FakeSGLang(tokenizer_folder, "second", script=["x"]) as second,
    ):
        engines = (
            f'[[engines]]\nname = "a"\nurl = "{first.url}"\n'
            f'[[engines]]\nname = "b"\nurl = "{second.url}"\nfor = ["completion"]\n'
            '[[engines]]\nname = "c"\nurl = "http://127.0.0.1:9"\nfor = ["actions"]\n'
        )
        (tmp_path / "home/fimls/fimls.toml").write_text(engines, "utf-8")
        both = fimls(tmp_path, "doctor").stdout
        one = fimls(tmp_path, "doctor", "--url", second.url).stdout
    assert f"{first.url} serves" in both
    assert f"{second.url} serves" in both
    assert f"{first.url} serves" not in one
    assert f"{second.url} serves" in one
    assert "bad" not in both + one


def test_brackets_of_settings_and_remedies_are_printed(tmp_path: Path):
    (tmp_path / "home/fimls").mkdir(parents=True)
    text = '[completion]\nmax_lines = "[/bold]"\n["[evil]"]\nx = 1\n'
    (tmp_path / "home/fimls/fimls.toml").write_text(text, "utf-8")
    done = fimls(tmp_path, "doctor", "--url", "http://127.0.0.1:9")
    assert "Traceback" not in done.stdout + done.stderr
    assert "there is no table [[evil]]" in done.stdout
    assert "deepseek" in done.stdout


def test_names_that_settings_take_are_listed(tmp_path: Path, tokenizer_folder: Path):
    """The settings' descriptions send people here; each name that is listed is taken."""
    with FakeSGLang(tokenizer_folder, "model", script=["x"]) as engine:
        listed = fimls(tmp_path, "doctor", "--url", engine.url, "--json").stdout
        found = {each["subject"]: each["says"] for each in map(json.loads, listed.splitlines())}
        templates, actions = (found[what].split(", ") for what in ("FIM templates", "code actions"))
        assert {"deepseek", "qwen2.5-coder", "starcoder2"} <= set(templates)
        assert "extract-variable" in actions
        (tmp_path / "home/fimls").mkdir(parents=True)
        settings = f'[model]\ntemplate = "none"\n[refactor]\ndisabled = {json.dumps(actions)}\n'
        (tmp_path / "home/fimls/fimls.toml").write_text(settings, "utf-8")
        said = fimls(tmp_path, "doctor", "--url", engine.url).stdout
        assert "There is no FIM template 'none'" in said
        assert said.count(", ".join(templates)) == 2  # the message has them as well
        assert "there is no such action" not in said


@pytest.mark.parametrize("command", ["doctor", "engine", "demo", "bench"])
def test_python_files_of_the_folder_are_not_run(tmp_path: Path, command: str):
    ran = tmp_path / "ran"
    for name in ("types", "random", "json", "logging", "httpx", "tokenizers", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text(f"open({str(ran)!r}, 'a').write({name!r})\n", "utf-8")
    arguments = {
        "doctor": ("--url", "http://127.0.0.1:9"),
        "engine": ("--port", "0", "--log-file", str(tmp_path / "log"), "--", "--no-such-option"),
        "demo": ("--url", "http://127.0.0.1:9"),
        "bench": ("session", str(TRACE), "--url", "http://127.0.0.1:9", "--keys", "3"),
    }[command]
    fimls(tmp_path, command, *arguments)
    assert not ran.exists()
