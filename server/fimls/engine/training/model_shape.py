"""The sizes of the embedded model, and its configuration as transformers and SGLang read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A small DeepSeek-V2: latent attention, a dense first layer, then mixtures of experts.

    Attributes:
        vocabulary: token ids.
        hidden: width of the residual stream.
        layers: blocks; the first has a dense feed-forward part.
        heads: attention heads.
        nope: query and key dimensions of a head without position.
        rope: query and key dimensions of a head with rotary position; one key for all heads.
        value: value dimensions of a head.
        latent: dimensions of the compressed key and value, which is what the cache holds.
        dense: inner width of the dense feed-forward part.
        expert: inner width of one expert.
        experts: routed experts a layer.
        chosen: routed experts a token uses; one shared expert comes on top.
        trained_positions: positions before yarn stretches them.
        stretch: yarn's factor.
    """

    vocabulary: int = 4096
    hidden: int = 192
    layers: int = 4
    heads: int = 6
    nope: int = 32
    rope: int = 16
    value: int = 48
    latent: int = 64
    dense: int = 512
    expert: int = 128
    experts: int = 8
    chosen: int = 2
    trained_positions: int = 2048
    stretch: float = 2.0

    def config(self, *, bos: int, eos: int) -> dict[str, Any]:
        """Return ``config.json``.

        ``moe_layer_freq`` and yarn's keys are there for SGLang 0.5.23, which reads them where
        transformers 5 has no default.
        """
        yarn = {
            "rope_type": "yarn",
            "rope_theta": 10_000.0,
            "factor": self.stretch,
            "original_max_position_embeddings": self.trained_positions,
            "beta_fast": 32,
            "beta_slow": 1,
            "mscale": 0.707,
            "mscale_all_dim": 0.707,
        }
        return {
            "architectures": ["DeepseekV2ForCausalLM"],
            "model_type": "deepseek_v2",
            "torch_dtype": "bfloat16",
            "vocab_size": self.vocabulary,
            "hidden_size": self.hidden,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.heads,
            "qk_nope_head_dim": self.nope,
            "qk_rope_head_dim": self.rope,
            "v_head_dim": self.value,
            "kv_lora_rank": self.latent,
            "q_lora_rank": None,
            "intermediate_size": self.dense,
            "moe_intermediate_size": self.expert,
            "n_routed_experts": self.experts,
            "num_experts_per_tok": self.chosen,
            "n_shared_experts": 1,
            "first_k_dense_replace": 1,
            "moe_layer_freq": 1,
            "topk_method": "greedy",
            "scoring_func": "softmax",
            "n_group": 1,
            "topk_group": 1,
            "norm_topk_prob": False,
            "routed_scaling_factor": 1.0,
            "hidden_act": "silu",
            "rms_norm_eps": 1e-6,
            "attention_bias": False,
            "attention_dropout": 0.0,
            "max_position_embeddings": int(self.trained_positions * self.stretch),
            "rope_theta": 10_000.0,
            "rope_parameters": yarn,
            "tie_word_embeddings": False,
            "use_cache": True,
            "bos_token_id": bos,
            "eos_token_id": eos,
        }


LARGE = Shape(
    vocabulary=8192,
    hidden=320,
    layers=6,
    heads=8,
    value=40,
    latent=96,
    dense=768,
    expert=160,
)
"""What is trained on a GPU: 15 million parameters, 30 MB in bfloat16."""
