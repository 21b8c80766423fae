"""What has to be true of this machine before SGLang is started on it."""

from __future__ import annotations

import ctypes
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fimls.errors import EngineError

SGLANG = "0.5.23"
"""The version that fimls is made for; pyproject.toml pins it in the extra ``serve``."""
INSTALL = "pip install -e '.[serve]' in a clone of fimls"
"""What brings it; no package index has fimls."""


def check_installation() -> None:
    """Raise an EngineError unless the right SGLang is installed."""
    try:
        found = version("sglang")
    except PackageNotFoundError as error:
        raise EngineError(
            f"SGLang is not installed here: {INSTALL}, or let editors use an engine on another"
            " machine (engine.url)."
        ) from error
    if found != SGLANG:
        raise EngineError(f"SGLang {found} is installed, but fimls works with {SGLANG}: {INSTALL}.")


def check_model(model: str) -> None:
    """Raise an EngineError if the model is a folder that is not there, or is no model.

    A hub name (``owner/name``) is SGLang's to find.
    """
    folder = Path(model).expanduser()
    is_hub_name = model.count("/") == 1 and not model.startswith((".", "/", "~"))
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise EngineError(
                f"{model} is not a model, since it has no config.json: give a folder with a"
                " checkpoint."
            )
    elif not is_hub_name:
        raise EngineError(
            f"There is no model at {model}: give a folder with a checkpoint, or a name on"
            " Hugging Face such as"
            " deepseek-ai/DeepSeek-Coder-V2-Lite-Base."
        )


def has_gpu() -> bool:
    """Whether this machine has a GPU that SGLang can use; asks the driver, not torch."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return Path("/dev/kfd").exists()  # AMD
    count = ctypes.c_int()
    return (
        driver.cuInit(0) == 0
        and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
        and count.value > 0
    )
