"""From the training network to a checkpoint that transformers and SGLang load."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import save_file
from torch import Tensor

from fimls.engine.training.network import Feed, Mixture, Network

if TYPE_CHECKING:
    from fimls.engine.training.vocabulary import Vocabulary


def export(network: Network, vocabulary: Vocabulary, folder: Path) -> None:
    """Write weights (bfloat16), configuration and tokenizer; each file appears whole."""
    folder.mkdir(parents=True, exist_ok=True)
    shape = network.shape
    config = shape.config(bos=vocabulary.bos, eos=vocabulary.eos)
    generation = {
        "bos_token_id": vocabulary.bos,
        "eos_token_id": vocabulary.eos,
        "do_sample": False,
    }
    vocabulary.save(folder)
    _write(folder / "config.json", json.dumps(config, indent=2) + "\n")
    _write(folder / "generation_config.json", json.dumps(generation, indent=2) + "\n")
    weights = {
        name: tensor.to(torch.bfloat16).contiguous() for name, tensor in weights_of(network).items()
    }
    new = folder / "model.safetensors.new"
    save_file(weights, new, metadata={"format": "pt"})
    new.replace(folder / "model.safetensors")


def weights_of(network: Network) -> dict[str, Tensor]:
    """Return the weights under DeepSeek-V2's published names."""
    found = {
        "model.embed_tokens.weight": network.embed.weight,
        "model.norm.weight": network.norm.weight,
        "lm_head.weight": network.head.weight,
    }
    for number, block in enumerate(network.blocks):
        layer = f"model.layers.{number}"
        attention = block.attention
        found |= {
            f"{layer}.input_layernorm.weight": block.norm_attention.weight,
            f"{layer}.post_attention_layernorm.weight": block.norm_feed.weight,
            f"{layer}.self_attn.q_proj.weight": attention.query.weight,
            f"{layer}.self_attn.kv_a_proj_with_mqa.weight": attention.compress.weight,
            f"{layer}.self_attn.kv_a_layernorm.weight": attention.norm.weight,
            f"{layer}.self_attn.kv_b_proj.weight": attention.expand.weight,
            f"{layer}.self_attn.o_proj.weight": attention.out.weight,
        }
        if isinstance(block.feed, Mixture):
            found[f"{layer}.mlp.gate.weight"] = block.feed.router.weight
            found |= _feed(f"{layer}.mlp.shared_experts", block.feed.shared)
            for expert, feed in enumerate(block.feed.experts):
                found |= _feed(f"{layer}.mlp.experts.{expert}", feed)
        else:
            found |= _feed(f"{layer}.mlp", block.feed)
    return {name: tensor.detach() for name, tensor in found.items()}


def _feed(name: str, feed: Feed) -> dict[str, Tensor]:
    gate, up = feed.gate_up.weight.chunk(2)
    return {
        f"{name}.gate_proj.weight": gate,
        f"{name}.up_proj.weight": up,
        f"{name}.down_proj.weight": feed.down.weight,
    }


def _write(file: Path, text: str) -> None:
    new = file.with_name(file.name + ".new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)
