"""Refusals before anything is started, one sentence each."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from fimls.engine import machine_checks, served_program, supervisor
from fimls.engine.preset import load_preset
from fimls.engine.supervisor import Engine
from fimls.errors import EngineError


@pytest.fixture(autouse=True)
def _nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_checks, "version", lambda _: machine_checks.SGLANG)
    monkeypatch.setattr(served_program, "has_gpu", lambda: False)

    def spawn(*_: object) -> None:
        raise AssertionError("an engine was started")

    monkeypatch.setattr(supervisor, "_spawn", spawn)


def start(name: str, **options: object) -> str:
    with pytest.raises(EngineError) as caught, Engine.start(load_preset(name), **options):  # type: ignore[arg-type]
        pass
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_taken_port(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        said = start("embedded", port=port, model=str(tmp_path))

    assert f"Port {port} on 127.0.0.1 is taken" in said
    assert "--port" in said


def test_a_preset_that_needs_a_gpu() -> None:
    said = start("deepseek-v2.5")

    assert "needs one machine with 8 GPUs of 80 GB" in said
    assert "--preset embedded" in said


@pytest.mark.parametrize("model", ["/no/such/folder", "./none", "name"])
def test_a_model_that_is_not_there(model: str) -> None:
    assert f"There is no model at {model}" in start("embedded", model=model)


def test_a_folder_that_is_no_model(tmp_path: Path) -> None:
    assert "no config.json" in start("embedded", model=str(tmp_path))


def test_another_sglang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_checks, "version", lambda _: "0.4.0")

    assert "SGLang 0.4.0 is installed, but fimls works with 0.5.23" in start("embedded")


def test_no_sglang(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        raise machine_checks.PackageNotFoundError(name)

    monkeypatch.setattr(machine_checks, "version", version)

    assert "SGLang is not installed here: pip install -e '.[serve]'" in start("embedded")


def test_the_version_is_the_one_that_is_pinned() -> None:
    pyproject = Path(__file__).parents[3] / "pyproject.toml"

    assert f'"sglang=={machine_checks.SGLANG}"' in pyproject.read_text("utf-8")
