"""What is measured on a slow machine: the engine is waited for longer than an editor waits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fimls.bench.typing_trace import Trace
from fimls.cli import main
from fimls.cli.engine_settings import configured_engine
from fimls.cli.eval_common import configured
from support.fake_sglang import FakeSGLang

PATIENCE_MS = 600_000
"""Ten minutes: a long first prompt takes a slow machine more than the 30 s of an editor."""


@pytest.fixture
def user_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("fimls.lsp.configuration.user_config_path", lambda _: tmp_path)
    return tmp_path / "fimls.toml"


@pytest.mark.parametrize("settings", ["", "[engine]\nread_timeout_ms = 100\n"])
def test_what_measures_waits_for_minutes(user_file: Path, settings: str) -> None:
    user_file.write_text(settings, "utf-8")
    assert configured_engine(None).read_timeout_ms == PATIENCE_MS
    assert configured(None).engine.read_timeout_ms == PATIENCE_MS


def test_a_benchmark_of_typing_outlasts_a_silent_first_prompt(
    user_file: Path, tmp_path: Path, sglang: FakeSGLang
) -> None:
    user_file.write_text(f'[engine]\nurl = "{sglang.url}"\nread_timeout_ms = 100\n', "utf-8")
    events = (("move", (0, 0)), ("type", "ab"))
    trace = Trace(name="t", language_id="python", text="x = 1\n", events=events)
    trace.save(tmp_path / "trace.json")
    sglang.script = [0.5, "x"]
    figures = tmp_path / "figures.json"
    asked = ["bench", "typing", str(tmp_path / "trace.json"), "--layouts", "held,psm"]
    assert main([*asked, "--json", str(figures)]) == 0
    assert len(json.loads(figures.read_text("utf-8"))["samples"]) == 4
