"""llama.cpp's server, where SGLang does not run: macOS, Windows, and processors without a GPU.

It is not ours to install: one that is on the PATH is started. Arguments are those of
``tools/server/README.md`` of llama.cpp b11669.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from fimls.engine.failure_cause import Causes
from fimls.engine.preset import Command, Preset
from fimls.engine.served_program import ServedProgram
from fimls.errors import EngineError

PROGRAM = "llama-server"

SLOTS = 4
"""What is edited, another document, a code action, what is read ahead: each keeps its prompt."""

_MOST_CONTEXT = 32_768
"""Tokens of all slots together; memory for them is taken at the start."""

_ELSEWHERE = ("/opt/homebrew/bin", "/usr/local/bin", "/home/linuxbrew/.linuxbrew/bin")
"""Where it is put by a package manager that a short PATH may lack."""

_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+(:[\w.-]+)?", re.ASCII)

_INSTALL = {
    "darwin": "`brew install llama.cpp` brings it",
    "win32": "`winget install llama.cpp` brings it",
}


def find_program() -> str:
    """Return the path of llama-server.

    Raises:
        EngineError: there is none.
    """
    found = shutil.which(PROGRAM) or shutil.which(PROGRAM, path=os.pathsep.join(_ELSEWHERE))
    if found is None:
        how = _INSTALL.get(sys.platform, "install llama.cpp, from its releases or your packages")
        raise EngineError(
            f"There is no {PROGRAM} on the PATH: {how}, or serve the preset with SGLang"
            " (without --with)."
        )
    return found


def _check(preset: Preset, model: str | None) -> None:
    find_program()
    _model_arguments(preset, model)


def _model_arguments(preset: Preset, model: str | None) -> list[str]:
    """Return how the model is named: a file, or a name that llama.cpp fetches from the hub."""
    wanted = model or preset.gguf
    if not wanted:
        raise EngineError(
            f"The preset {preset.name} has no GGUF, which llama.cpp needs: choose another one"
            " (`fimls engine --list`), or name one with --model FILE.gguf or --model OWNER/NAME."
        )
    file = Path(wanted).expanduser()
    if file.is_file():
        with file.open("rb") as opened:
            if opened.read(4) != b"GGUF":
                raise EngineError(
                    f"{wanted} is not a GGUF file, which llama.cpp needs: give one, or its name"
                    " on Hugging Face."
                )
        return ["-m", str(file)]
    if wanted.endswith(".gguf") or file.is_dir() or not _HUB_NAME.fullmatch(wanted):
        raise EngineError(
            f"There is no GGUF file {wanted}: give a file, or a name on Hugging Face such as"
            " ggml-org/Qwen2.5-Coder-0.5B-Q8_0-GGUF."
        )
    return ["-hf", wanted]


def llama_command(
    preset: Preset, *, host: str, port: int, model: str | None, extra: Sequence[str]
) -> Command:
    """Return the command that serves a preset; see `Preset.command`."""
    return Command(
        argv=(
            find_program(),
            *_model_arguments(preset, model),
            *("--host", host, "--port", str(port)),
            *("-c", str(min(SLOTS * preset.context_tokens, _MOST_CONTEXT)), "-np", str(SLOTS)),
            # What it keeps there it also restores for others: github.com/ggml-org/llama.cpp #27148.
            *("--cache-ram", "0"),
            *extra,
        ),
        environment={},
    )


CAUSES: Causes = (
    (
        re.compile(r"invalid argument: --cache-ram", re.IGNORECASE),
        "This llama-server is too old to be told that prompts are not kept for others: install a"
        " newer one",
    ),
    (
        re.compile(r"invalid argument|error while handling argument", re.IGNORECASE),
        "llama-server does not know one of its arguments: correct what follows --",
    ),
    (
        re.compile(r"failed to allocate|out of memory|bad_alloc", re.IGNORECASE),
        "llama-server ran out of memory: serve a smaller model, or a shorter context (-- -c 8192)",
    ),
    (
        re.compile(r"couldn't bind|address already in use", re.IGNORECASE),
        "The port was taken while llama-server started: choose another with --port",
    ),
    (
        re.compile(r"failed to download|HTTPLIB|failed to get|Could not establish", re.IGNORECASE),
        "llama-server did not get the model: check its name and that Hugging Face can be reached,"
        " or give a file with --model",
    ),
    (
        re.compile(r"failed to load model|error loading model", re.IGNORECASE),
        "llama-server cannot load the model: fetch it again if it is broken, or install a newer"
        " llama-server",
    ),
)

LLAMA_CPP = ServedProgram(
    name=PROGRAM, check=_check, command=llama_command, loaded_at="/props", causes=CAUSES
)
