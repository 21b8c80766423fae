"""Presets: every shipped one is complete, expands to SGLang's command, and bad ones say why."""

from __future__ import annotations

from pathlib import Path

import pytest

from fimls.engine.preset import Preset, list_presets, load_preset
from fimls.errors import ConfigurationError
from fimls.prompt import TEMPLATES

GOOD = """
title = "t"
model = "m"
template = "deepseek"
hardware = "h"
memory = "m"
context_tokens = 100
device = "cpu"
"""


@pytest.mark.parametrize("preset", list_presets(), ids=lambda preset: preset.name)
def test_every_shipped_preset_is_complete(preset: Preset) -> None:
    assert preset.template in {template.name for template in TEMPLATES}
    assert preset.arguments["context-length"] == preset.context_tokens
    assert all((preset.title, preset.hardware, preset.memory))


def test_the_presets_of_the_main_models_are_there() -> None:
    names = {preset.name for preset in list_presets()}

    assert {"embedded", "deepseek-coder-v2-lite", "deepseek-v2.5", "deepseek-v2.5-fp8"} <= names
    assert any(name.startswith("qwen2.5-coder-") for name in names)


def test_deepseek_v25_is_eight_way_tensor_parallel() -> None:
    command = str(load_preset("deepseek-v2.5").command(host="0.0.0.0", port=30000, cpu=False))

    assert "-m sglang.launch_server --model-path deepseek-ai/DeepSeek-V2.5" in command
    assert "--host 0.0.0.0 --port 30000" in command
    assert "--tensor-parallel-size 8" in command
    assert "--enable-cache-report" in command
    assert "cpu" not in command


def test_without_a_gpu_the_plug_in_is_used_and_the_stand_in_is_first_on_the_path() -> None:
    preset = load_preset("qwen2.5-coder-0.5b")

    command = preset.command(host="127.0.0.1", port=1, cpu=True, model="/a folder")

    assert command.argv[command.argv.index("--attention-backend") + 1] == "fimls_cpu"
    assert command.environment["FIMLS_CPU_ENGINE"] == "1"
    stand_in = Path(command.environment["PYTHONPATH"].split(":")[0])
    assert (stand_in / "sgl_kernel").is_dir()
    assert "'/a folder'" in str(command)


def test_extra_arguments_come_last() -> None:
    command = load_preset("deepseek-v2.5").command(
        host="h", port=1, cpu=False, extra=("--context-length", "1024")
    )

    assert command.argv[-2:] == ("--context-length", "1024")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD + "colour = 1", "colour"),
        (GOOD.replace('"cpu"', '"tpu"'), "tpu"),
        (GOOD.replace('"cpu"', "false"), "device"),
        (GOOD + "[arguments.speed]\nfast = true\n", "arguments"),
        (GOOD.replace('title = "t"', ""), "title"),
        ("= 1", "cannot be read"),
    ],
    ids=["unknown-key", "unknown-device", "wrong-type", "no-scalar", "missing-key", "not-toml"],
)
def test_a_wrong_preset_says_what_is_wrong_with_which_file(
    tmp_path: Path, text: str, told: str
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)

    with pytest.raises(ConfigurationError) as caught:
        load_preset(str(file))

    assert str(file) in str(caught.value)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_preset_of_ones_own_is_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(GOOD)

    assert load_preset(str(file)).name == "mine"


def test_an_unknown_preset_names_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match=r"no preset gpt: choose one of .*embedded"):
        load_preset("gpt")
