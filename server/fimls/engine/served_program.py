"""A program that serves a model, as data: what the supervisor has to know of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from fimls.engine.failure_cause import SGLANG_CAUSES, Causes
from fimls.engine.machine_checks import check_installation, check_model, has_gpu
from fimls.engine.preset import Command, Preset
from fimls.errors import EngineError


class MakeCommand(Protocol):
    """Returns the command that serves a preset; see `Preset.command`.

    Raises:
        EngineError: it cannot run here; the sentence says why and what to do.
    """

    def __call__(
        self, preset: Preset, *, host: str, port: int, model: str | None, extra: Sequence[str]
    ) -> Command:
        """See the class."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedProgram:
    """What serves a model.

    Attributes:
        name: what people call it.
        check: raises an EngineError where a preset, with another model perhaps, cannot be served.
        command: makes its command.
        loaded_at: the path that answers once the model is loaded.
        causes: what its log says -> what that means.
    """

    name: str
    check: Callable[[Preset, str | None], None]
    command: MakeCommand
    loaded_at: str
    causes: Causes


def _check_sglang(preset: Preset, model: str | None) -> None:
    check_installation()
    check_model(model or preset.model_location())
    if preset.device == "gpu" and not has_gpu():
        raise EngineError(
            f"The preset {preset.name} needs {preset.hardware}, and this machine has no GPU:"
            " use --preset embedded or qwen2.5-coder-0.5b here, or --with llama-cpp."
        )


def _sglang_command(
    preset: Preset, *, host: str, port: int, model: str | None, extra: Sequence[str]
) -> Command:
    cpu = preset.device == "cpu" or not has_gpu()
    return preset.command(host=host, port=port, cpu=cpu, model=model, extra=extra)


SGLANG = ServedProgram(
    name="SGLang",
    check=_check_sglang,
    command=_sglang_command,
    loaded_at="/model_info",
    causes=SGLANG_CAUSES,
)
