"""SGLang's and its router's own parsers take what configs/ starts them with."""

from __future__ import annotations

import argparse
import re
import shlex
import tomllib

import pytest
import yaml

from fimls.engine.preset import load_preset
from fimls.resources import configs_path
from fimls.settings import Layer, resolve

pytest.importorskip("sglang", reason="SGLang is installed by the extra `serve`")

from sglang.srt.server_args import ServerArgs


@pytest.fixture(scope="module")
def engine_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(exit_on_error=False, allow_abbrev=False)
    ServerArgs.add_cli_args(parser)
    return parser


def test_the_engine_in_a_container(engine_parser: argparse.ArgumentParser) -> None:
    compose = yaml.safe_load((configs_path() / "compose" / "compose.yml").read_text("utf-8"))
    command = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", compose["services"]["engine"]["command"])
    _, _, module, *arguments = shlex.split(command)

    known, unknown = engine_parser.parse_known_args(arguments)

    assert (module, unknown) == ("sglang.launch_server", [])
    preset = load_preset("deepseek-coder-v2-lite")
    assert known.model_path == preset.model
    assert known.context_length == preset.context_tokens
    assert compose["services"]["engine"]["image"].endswith(":v0.5.23")


def test_the_hub_in_a_container_has_settings_without_a_mistake() -> None:
    compose = yaml.safe_load((configs_path() / "compose" / "compose.yml").read_text("utf-8"))
    values = tomllib.loads(compose["configs"]["fimls"]["content"])
    settings, problems = resolve([Layer(name="compose", values=values)])
    assert not problems
    assert settings.engine.url == "http://engine:30000"


def test_two_machines_are_one_engine(engine_parser: argparse.ArgumentParser) -> None:
    preset = load_preset("deepseek-v2.5-2x8")
    extra = ["--dist-init-addr", "10.0.0.1:20000", "--node-rank", "1"]
    command = preset.command(host="0.0.0.0", port=30_000, cpu=False, extra=extra)

    first = command.argv.index("sglang.launch_server") + 1
    known, unknown = engine_parser.parse_known_args(list(command.argv[first:]))

    assert unknown == []
    assert (known.nnodes, known.node_rank, known.tp_size) == (2, 1, 16)
    assert known.dist_init_addr == "10.0.0.1:20000"


@pytest.mark.parametrize("file", ["router/README.md", "systemd/fimls-router.service"])
def test_the_router(file: str) -> None:
    args = pytest.importorskip("sglang_router.router_args", reason="sglang-router is not installed")
    text = (configs_path() / file).read_text("utf-8").replace("\\\n", " ")
    line = re.search(r"launch_router (.*)", text)
    assert line
    arguments = shlex.split(line[1].replace("$FIMLS_ENGINES", "http://a:1 http://b:2"))
    parser = argparse.ArgumentParser(exit_on_error=False, allow_abbrev=False)
    args.RouterArgs.add_cli_args(parser)

    known, unknown = parser.parse_known_args(arguments)

    assert unknown == []
    assert known.policy == "cache_aware"
    assert known.host == "127.0.0.1"
