"""SGLang's own parser takes the command of every preset."""

from __future__ import annotations

import argparse

import pytest

from fimls.engine.cpu import ATTENTION_BACKEND
from fimls.engine.preset import Preset, list_presets

choices = pytest.importorskip(
    "sglang.srt.arg_groups.choices", reason="SGLang is installed by the extra `serve`"
)

from sglang.srt.server_args import ServerArgs  # noqa: E402


@pytest.fixture(scope="module")
def parser() -> argparse.ArgumentParser:
    choices.add_attention_backend_choices([ATTENTION_BACKEND])  # as our plug-in does
    parser = argparse.ArgumentParser(exit_on_error=False, allow_abbrev=False)
    ServerArgs.add_cli_args(parser)
    return parser


@pytest.mark.parametrize("cpu", [False, True], ids=["gpu", "cpu"])
@pytest.mark.parametrize("preset", list_presets(), ids=lambda preset: preset.name)
def test_sglang_knows_every_argument(
    parser: argparse.ArgumentParser, preset: Preset, cpu: bool
) -> None:
    command = preset.command(host="127.0.0.1", port=31_000, cpu=cpu)
    [_, safe, module, name, *arguments] = command.argv

    known, unknown = parser.parse_known_args(arguments)

    assert (safe, module, name) == ("-P", "-m", "sglang.launch_server")
    assert unknown == []
    assert known.model_path == preset.model_location()
    assert known.context_length == preset.context_tokens
