"""Other models for a real engine, made of the embedded one: smaller, and with other ids."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fimls.engine.embedded import embedded_model_path


def write_smaller_model(folder: Path, *, vocabulary: int = 1_024) -> Path:
    """Write a checkpoint with the first ids of the vocabulary only into folder and return it.

    Merges have their ids in the order in which they were learnt, so the first ones are a vocabulary
    of their own; what the model knows of them stays. The ids that are cut off do not exist in it.
    """
    return _write(folder, range(vocabulary))


def write_renumbered_model(folder: Path, *, vocabulary: int = 1_024) -> Path:
    """Write the same model as `write_smaller_model` with other ids into folder and return it.

    It says what the other one says of a text, and something else of the other one's ids.
    """
    special = len(_tokenizer()["added_tokens"])
    return _write(folder, [*range(special), *reversed(range(special, vocabulary))])


def _write(folder: Path, ids: Sequence[int]) -> Path:
    """Write a checkpoint that has of the embedded one the given ids, in this order."""
    from safetensors.torch import load_file, save_file

    source = embedded_model_path()
    folder.mkdir(parents=True)
    for name in ("generation_config.json", "tokenizer_config.json"):
        shutil.copyfile(source / name, folder / name)
    config = json.loads((source / "config.json").read_text("utf-8"))
    before, config["vocab_size"] = config["vocab_size"], len(ids)
    (folder / "config.json").write_text(json.dumps(config), "utf-8")

    tokenizer, now = _tokenizer(), {old: new for new, old in enumerate(ids)}
    model = tokenizer["model"]
    model["vocab"] = {piece: now[i] for piece, i in model["vocab"].items() if i in now}
    model["merges"] = [each for each in model["merges"] if _merged(each) in model["vocab"]]
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")

    weights = load_file(source / "model.safetensors")
    chosen = {
        name: weight[list(ids)].contiguous() if weight.shape[0] == before else weight
        for name, weight in weights.items()
    }
    save_file(chosen, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def _tokenizer() -> dict[str, Any]:
    return json.loads((embedded_model_path() / "tokenizer.json").read_text("utf-8"))


def _merged(pair: str | list[str]) -> str:
    """Return what a merge makes, as older and newer files have it."""
    return pair.replace(" ", "") if isinstance(pair, str) else "".join(pair)
