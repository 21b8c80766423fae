"""Presets: which model on which machine, as files in ``configs/presets``, and SGLang's command."""

from __future__ import annotations

import shlex
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import attrs
import cattrs
from cattrs.errors import BaseValidationError

from fimls.engine.embedded import embedded_model_path
from fimls.engine.model_memory import ModelMemory
from fimls.errors import ConfigurationError
from fimls.resources import configs_path

Value = str | int | float | bool
Device = Literal["cpu", "gpu", "auto"]

ALWAYS: Mapping[str, Value] = {"enable-cache-report": True}
"""Arguments of every engine: without the cache report, nobody can see what the prompts save."""

WITHOUT_GPU: Mapping[str, Value] = {
    "device": "cpu",
    "attention-backend": "fimls_cpu",
    "disable-overlap-schedule": True,
    "max-total-tokens": 65_536,
    "mem-fraction-static": 0.3,
    "sleep-on-idle": True,
}
"""Arguments that SGLang needs where there is no GPU, our attention backend among them."""


def _scalars(preset: object, field: attrs.Attribute[Any], values: dict[str, Any]) -> None:
    for name, value in values.items():
        if not isinstance(value, str | int | float):
            raise TypeError(f"{field.name}.{name} is {value!r}, not one value")


@attrs.frozen(kw_only=True)
class Preset:
    """One way to serve one model.

    Attributes:
        name: the file's name without its ending.
        title: the model, for people.
        model: hub name or folder of the weights; ``embedded`` is the one that ships with fimls.
        template: name of the FIM template that fits it.
        hardware: what it needs, in words.
        memory: where the memory goes, in words and numbers.
        context_tokens: tokens of prompt and answer together.
        device: ``gpu`` if it is of no use without one, ``cpu`` if it never needs one, ``auto`` if
            it takes what is there.
        arguments: SGLang's arguments, without dashes; true means a flag.
        environment: environment variables of the engine.
        gguf: hub name of the same model for llama.cpp, or empty where there is none.
        sizes: of the model on its GPUs, for `fimls engine plan`, or None where nobody plans.
    """

    name: str
    title: str
    model: str
    template: str
    hardware: str
    memory: str
    context_tokens: int
    device: Device
    arguments: dict[str, Any] = attrs.field(factory=dict, validator=_scalars)
    environment: dict[str, str] = attrs.field(factory=dict)
    gguf: str = ""
    sizes: ModelMemory | None = None

    def command(
        self,
        *,
        host: str,
        port: int,
        cpu: bool,
        model: str | None = None,
        extra: Sequence[str] = (),
    ) -> Command:
        """Return the exact command that serves this preset.

        Args:
            host: address to listen on.
            port: port to listen on.
            cpu: serve without a GPU, with our CPU plug-in.
            model: folder or hub name instead of the preset's.
            extra: arguments for SGLang, put last so that they win.
        """
        arguments: dict[str, Value] = {
            "model-path": model or self.model_location(),
            "host": host,
            "port": port,
            **ALWAYS,
            **self.arguments,
            **(WITHOUT_GPU if cpu else {}),
        }
        argv = [sys.executable, "-P", "-m", "sglang.launch_server"]
        for name, value in arguments.items():
            if value is True:
                argv.append(f"--{name}")
            elif value is not False:
                argv += [f"--{name}", str(value)]
        # Neither it nor its children run Python files of the folder that they start in.
        environment = {"PYTHONSAFEPATH": "1", **self.environment}
        if cpu:
            environment |= _without_gpu()
        return Command(argv=(*argv, *extra), environment=environment)

    def model_location(self) -> str:
        """Return what SGLang is given as the model: a hub name, or a folder."""
        return str(embedded_model_path()) if self.model == "embedded" else self.model


@attrs.frozen(kw_only=True)
class Command:
    """A program with its arguments, and what its environment has on top of ours."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]

    def __str__(self) -> str:
        """Return it as one would type it into a shell."""
        variables = [f"{name}={shlex.quote(value)}" for name, value in self.environment.items()]
        return " ".join([*variables, shlex.join(self.argv)])


def load_preset(name: str) -> Preset:
    """Read a preset by its name, or from a file of one's own.

    Raises:
        ConfigurationError: there is none, or its file is wrong; the sentence names file and key.
    """
    file = Path(name) if name.endswith(".toml") else _folder() / f"{name}.toml"
    try:
        values = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError as error:
        if name.endswith(".toml"):
            raise ConfigurationError(f"There is no preset file {name}: check its path.") from error
        names = ", ".join(preset.name for preset in list_presets())
        raise ConfigurationError(
            f"There is no preset {name}: choose one of {names}, or give a .toml file."
        ) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(
            f"The preset {file} cannot be read ({error}): correct the file."
        ) from error
    return _structure({"name": file.stem, **values}, file)


def list_presets() -> list[Preset]:
    """Return all presets that ship with fimls, in the order of their names."""
    return [load_preset(file.stem) for file in sorted(_folder().glob("*.toml"))]


def _structure(values: dict[str, Any], file: Path) -> Preset:
    converter = cattrs.Converter(forbid_extra_keys=True, prefer_attrib_converters=True)
    for kind in (str, int, bool):
        converter.register_structure_hook(kind, _exactly)
    converter.register_structure_hook(float, _number)
    try:
        return converter.structure(values, Preset)
    except BaseValidationError as error:
        [*_, what] = cattrs.transform_error(error, path="preset")
        raise ConfigurationError(f"The preset {file} is wrong ({what}): correct it.") from error


def _exactly(value: object, kind: type[object]) -> object:
    """Take a value only if it already has its type: ``gpu = "no"`` must not become true."""
    if type(value) is not kind:
        raise TypeError(f"{value!r} is not of type {kind.__name__}")
    return value


def _number(value: object, kind: type[object]) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a number")
    return float(value)


def _folder() -> Path:
    return configs_path() / "presets"


def _without_gpu() -> dict[str, str]:
    """Environment of engine processes without a GPU; see `fimls.engine.cpu`."""
    stand_in = Path(__file__).resolve().parent / "cpu" / "standin"
    return {
        "SGLANG_USE_CPU_ENGINE": "1",
        "FIMLS_CPU_ENGINE": "1",
        "CUDA_VISIBLE_DEVICES": "",
        # Compiling SGLang's few decorated helpers costs half a minute and saves nothing here.
        "TORCHDYNAMO_DISABLE": "1",
        "PYTHONPATH": str(stand_in),
    }
