"""`fimls doctor` as editors ask it: with the settings that they send, and at the hub they use."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fimls.hub.tokens import Tokens
from support.fake_sglang import FakeSGLang
from support.hub import write_settings


def doctor(*arguments: str, **environment: str) -> tuple[int, dict[str, dict[str, Any]]]:
    command = [sys.executable, "-m", "fimls", "doctor", "--json", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, env={"PATH": "/usr/bin", **environment}, timeout=60
    )
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, {each["subject"]: each for each in findings}


def test_it_asks_the_engine_that_the_editor_is_set_to(tokenizer_folder: Path):
    with FakeSGLang(script=["1"], model_path=str(tokenizer_folder), api_key="secret") as engine:
        options = {"engine": {"url": engine.url, "apiKeyEnv": "MY_KEY"}}
        sent = ("--settings", json.dumps(options))

        assert doctor(*sent)[1]["engine"]["state"] == "bad"
        _, findings = doctor(*sent, MY_KEY="secret")

    assert {"command", "editors"}.isdisjoint(findings)  # one of them asks
    assert "The engine wants" not in findings["template"]["says"]
    assert "deepseek" in findings["template"]["says"]


@pytest.mark.parametrize("text", ["{", "[]", "1"])
def test_settings_that_are_none_are_said(text: str):
    done = subprocess.run(
        [sys.executable, "-m", "fimls", "doctor", "--settings", text],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "give the initialization options" in done.stderr


def test_it_asks_the_hub_that_the_editor_uses(tokenizer_folder: Path, tmp_path: Path):
    with FakeSGLang(script=["1"], model_path=str(tokenizer_folder)) as engine:
        settings = write_settings(tmp_path / "hub.toml", engine.url, require_token=True)
        command = [sys.executable, "-m", "fimls", "hub", "--config", str(settings)]
        with subprocess.Popen([*command, "tcp://127.0.0.1:0"], stdout=subprocess.PIPE) as hub:
            assert hub.stdout
            address = hub.stdout.readline().decode().split()[-1]
            _, token = Tokens(tmp_path / "tokens.json", clock=lambda: 0.0).create("alice")

            code, refused = doctor("--connect", address)
            assert (code, refused["hub"]["state"]) == (1, "bad")
            assert "needs a token" in refused["hub"]["says"]
            code, let_in = doctor("--connect", address, FIMLS_HUB_TOKEN=token)
            hub.kill()
    assert code == 0
    assert let_in["hub"]["says"] == f"{address} lets you in"
    assert let_in["engine"]["state"] == "ok"
