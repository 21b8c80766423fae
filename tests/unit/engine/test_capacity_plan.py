"""The arithmetic of `fimls engine plan`, against configurations and what presets say in words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from fimls.cli import main
from fimls.engine.capacity_plan import Workload, plan
from fimls.engine.embedded import embedded_model_path
from fimls.engine.model_memory import ModelMemory, cache_of
from fimls.engine.preset import Preset, list_presets, load_preset
from fimls.errors import ConfigurationError

SIZED = [preset for preset in list_presets() if preset.sizes]

DEEPSEEK_V25 = {"num_hidden_layers": 60, "kv_lora_rank": 512, "qk_rope_head_dim": 64}
QWEN_7B = {
    "num_hidden_layers": 28,
    "num_attention_heads": 28,
    "num_key_value_heads": 4,
    "hidden_size": 3_584,
}


def test_a_latent_is_kept_once_and_heads_of_keys_are_divided() -> None:
    assert cache_of(DEEPSEEK_V25) == (60, 576, False)
    assert cache_of(QWEN_7B) == (28, 1_024, True)
    embedded = json.loads((embedded_model_path() / "config.json").read_text("utf-8"))
    assert cache_of(embedded) == (4, 80, False)


def test_a_configuration_without_the_numbers_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="num_hidden_layers"):
        cache_of({})


@pytest.mark.parametrize(
    "odd",
    [
        {"num_hidden_layers": 0},
        {"num_hidden_layers": float("inf")},
        {"num_attention_heads": 0},
        {"num_key_value_heads": -4},
        {"hidden_size": []},
    ],
)
def test_a_configuration_with_impossible_numbers_is_refused(odd: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match="choose another model"):
        cache_of({**QWEN_7B, **odd})


@pytest.mark.parametrize(
    "option",
    [f"--users {10**400}", "--users 3 --gpu-gb 1e308", f"--users 3 --gpus {10**30}"],
)
def test_a_number_that_nobody_can_mean_is_refused_with_its_bounds(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["engine", "plan", *option.split()])
    assert re.search(r"argument --\S+: must be a \w+ ?\w+ from 1 to ", capsys.readouterr().err)


@pytest.mark.parametrize("preset", SIZED, ids=lambda preset: preset.name)
def test_a_preset_says_the_same_in_words_and_in_numbers(preset: Preset) -> None:
    assert preset.sizes
    assert f"{preset.sizes.token_bytes:,} bytes a token" in preset.memory
    said = re.search(r"weights ([\d.]+) GB", preset.memory)
    assert said
    assert float(said[1]) == pytest.approx(preset.sizes.weights_gb, rel=0.05)
    parallel = int(preset.arguments.get("tensor-parallel-size", 1))
    assert parallel == preset.sizes.gpus
    holds = re.search(r"some ([\d,]+) tokens", preset.memory)
    if holds:
        tokens = plan(preset, 1).tokens
        assert int(holds[1].replace(",", "")) == pytest.approx(tokens, rel=0.02)


def test_the_latent_of_the_large_model_is_69120_bytes_a_token() -> None:
    sizes = load_preset("deepseek-v2.5").sizes
    assert sizes
    assert sizes.token_bytes == 60 * (512 + 64) * 2 == 69_120


def test_two_machines_hold_what_half_the_weights_leave_room_for() -> None:
    one, two = plan(load_preset("deepseek-v2.5"), 100), plan(load_preset("deepseek-v2.5-2x8"), 100)
    assert two.tokens > 3 * one.tokens  # a latent is not divided: only the weights are
    assert one.replicas * one.users_held >= 100 > (one.replicas - 1) * one.users_held
    assert two.gpus < one.gpus


def test_a_divided_cache_holds_as_many_times_more() -> None:
    sizes = ModelMemory(
        parameters_billion=1, layers=10, cached_values=100, gpu_gb=100, split_cache=True
    )
    eight = ModelMemory(
        parameters_billion=8, layers=10, cached_values=100, gpu_gb=100, split_cache=True, gpus=8
    )
    assert eight.tokens(0.9) == pytest.approx(8 * sizes.tokens(0.9))


def test_a_user_with_more_places_needs_more_room() -> None:
    preset = load_preset("deepseek-v2.5")
    assert (
        plan(preset, 1, Workload(places=1)).users_held > 3 * plan(preset, 1, Workload()).users_held
    )


def test_weights_that_do_not_fit_hold_nobody() -> None:
    made = plan(load_preset("deepseek-v2.5"), 10, gpus=4)
    assert (made.fits, made.replicas, made.tokens) == (False, 0, 0)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--users", "3", "--preset", "embedded"],
        ["--users", "3", "--preset", "deepseek-v2.5", "--model", "/nowhere"],
    ],
)
def test_what_cannot_be_planned_is_one_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["engine", "plan", *arguments]) == 1
    said = capsys.readouterr().err
    assert said.startswith("fimls: ")
    assert said.count("\n") == 1


def test_the_command_shows_every_preset(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["engine", "plan", "--users", "40"]) == 0
    shown = capsys.readouterr().out
    assert all(preset.name in shown for preset in SIZED)
    assert "69,120" in shown


@pytest.mark.parametrize("config", ["[]", "{}", '{"num_hidden_layers": 0, "kv_lora_rank": 9}'])
def test_a_model_whose_configuration_says_nothing_is_refused(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.json").write_text(config, "utf-8")
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    command = ["engine", "plan", "--users", "3", "--preset", "deepseek-v2.5"]
    assert main([*command, "--model", str(tmp_path)]) == 1
    assert "choose another model" in " ".join(capsys.readouterr().err.split())
