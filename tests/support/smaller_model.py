"""The embedded model with the first ids of its vocabulary only: another one for a real engine."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from fimls.engine.embedded import embedded_model_path


def write_smaller_model(folder: Path, *, vocabulary: int = 1_024) -> Path:
    """Write a checkpoint that SGLang and transformers load into folder and return it.

    Merges have their ids in the order in which they were learnt, so the first ones are a vocabulary
    of their own; what the model knows of them stays. The ids that are cut off do not exist in it.
    """
    from safetensors.torch import load_file, save_file

    source = embedded_model_path()
    folder.mkdir(parents=True)
    for name in ("generation_config.json", "tokenizer_config.json"):
        shutil.copyfile(source / name, folder / name)
    config = json.loads((source / "config.json").read_text("utf-8"))
    before, config["vocab_size"] = config["vocab_size"], vocabulary
    (folder / "config.json").write_text(json.dumps(config), "utf-8")

    tokenizer = json.loads((source / "tokenizer.json").read_text("utf-8"))
    model = tokenizer["model"]
    model["vocab"] = {piece: i for piece, i in model["vocab"].items() if i < vocabulary}
    pairs = (each.split(" ") if isinstance(each, str) else each for each in model["merges"])
    model["merges"] = [pair for pair in pairs if "".join(pair) in model["vocab"]]
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")

    weights = load_file(source / "model.safetensors")
    cut = {
        name: weight[:vocabulary].contiguous() if weight.shape[0] == before else weight
        for name, weight in weights.items()
    }
    save_file(cut, folder / "model.safetensors", metadata={"format": "pt"})
    return folder
