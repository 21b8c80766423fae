"""The embedded model: a small checkpoint that ships with fimls, for machines without a real one."""

from __future__ import annotations

from pathlib import Path

from fimls.errors import EngineError


def embedded_model_path() -> Path:
    """Return the folder of the embedded checkpoint, which SGLang and transformers can load.

    Raises:
        EngineError: the weights are missing from this installation.
    """
    folder = Path(__file__).resolve().parent
    if not (folder / "model.safetensors").is_file():
        raise EngineError(
            f"The embedded model is missing from {folder}: reinstall fimls, or make one with"
            " `fimls train-embedded`."
        )
    return folder
