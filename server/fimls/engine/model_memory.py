"""What a model takes up on GPUs: weights, and the cache of each token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
from attrs import validators as v

from fimls.errors import ConfigurationError

RESERVE_GB = 2.0
"""What SGLang needs on a GPU beside weights and cache, within its share of the memory: an estimate,
with which the arithmetic for eight GPUs of 80 GB comes to what its users report."""

MEMORY_SHARE = 0.88
"""Share of a GPU that SGLang takes where ``mem-fraction-static`` does not say so; it computes one
from the GPU, near this."""


@attrs.frozen(kw_only=True)
class ModelMemory:
    """A model and the GPUs it is laid out for; GB are 10^9 bytes.

    Attributes:
        parameters_billion: of the whole model.
        weight_bytes: of one parameter.
        layers: that keep something for each token.
        cached_values: that one layer keeps for one token: with multi-head latent attention the
            latent and the rotary part, else two for each head of keys and each of its dimensions.
        cache_bytes: of one such value.
        split_cache: whether tensor parallel divides a token's cache between GPUs; a latent cannot
            be divided, each GPU has all of it.
        active_billion: parameters that compute one token, or 0 where all do.
        attention_billion: parameters of the attention, which each data-parallel rank has whole.
        attention_ranks: data-parallel ranks of the attention (``attn-dp-size``): each has a cache
            of its own, and together they hold as many times more.
        gpus: GPUs of one replica, on all its machines.
        gpu_gb: memory of each.
    """

    parameters_billion: float = attrs.field(validator=v.gt(0))
    weight_bytes: float = attrs.field(default=2, validator=v.gt(0))
    layers: int = attrs.field(validator=v.gt(0))
    cached_values: int = attrs.field(validator=v.gt(0))
    cache_bytes: int = attrs.field(default=2, validator=v.gt(0))
    split_cache: bool = False
    active_billion: float = attrs.field(default=0, validator=v.ge(0))
    attention_billion: float = attrs.field(default=0, validator=v.ge(0))
    attention_ranks: int = attrs.field(default=1, validator=v.gt(0))
    gpus: int = attrs.field(default=1, validator=v.gt(0))
    gpu_gb: float = attrs.field(validator=v.gt(0))

    @property
    def weights_gb(self) -> float:
        """GB of the weights, on all GPUs together."""
        return self.parameters_billion * self.weight_bytes

    @property
    def token_bytes(self) -> int:
        """Bytes that a token takes in the cache of each GPU that has it whole."""
        return self.layers * self.cached_values * self.cache_bytes

    def tokens(self, memory_share: float) -> int:
        """Return how many tokens the caches of all ranks hold, 0 if the weights do not even fit.

        Args:
            memory_share: SGLang's ``mem-fraction-static``: what of each GPU is for weights and
                cache.
        """
        per_rank = self.gpus / self.attention_ranks
        per_token = self.token_bytes / (per_rank if self.split_cache else 1)
        return max(0, int(self.room_gb(memory_share) * 1e9 / per_token)) * self.attention_ranks

    def room_gb(self, memory_share: float) -> float:
        """Return what weights leave on each GPU for the cache, in GB."""
        attention = self.attention_billion * self.weight_bytes
        weights = (self.weights_gb - attention) / self.gpus
        weights += attention * self.attention_ranks / self.gpus
        return self.gpu_gb * memory_share - weights - RESERVE_GB


def cache_of(config: Mapping[str, Any]) -> tuple[int, int, bool]:
    """Return layers, cached values of each, and whether they are divided, by a model's config.json.

    Raises:
        ConfigurationError: it lacks what that is computed from.
    """
    try:
        layers = int(config["num_hidden_layers"])
        if latent := config.get("kv_lora_rank"):
            values, split = int(latent) + int(config["qk_rope_head_dim"]), False
        else:
            heads = int(config["num_attention_heads"])
            head = int(config.get("head_dim") or int(config["hidden_size"]) // heads)
            values = 2 * int(config.get("num_key_value_heads") or heads) * head
            split = True
    except (ArithmeticError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(
            f"The model's config.json does not say how large its cache is (it lacks {error}):"
            " choose another model."
        ) from error
    if layers < 1 or values < 1:
        raise ConfigurationError(
            "The model's config.json says that its cache is nothing: choose another model."
        )
    return layers, values, split
