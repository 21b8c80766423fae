"""Attention for SGLang on the CPU that computes new tokens only.

SGLang's own ``torch_native`` backend pads the queries of a request to its whole sequence, so a
cached prefix saves no attention work. Here the keys of the sequence are gathered from the cache
once a layer, and only the new queries look at them, under a causal mask aligned to the lower right.
It serves grouped-query models (Llama, Qwen2) and the absorbed latent form of DeepSeek-V2.

SGLang's interfaces as of version 0.5.23.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from sglang.srt.layers.attention.base_attn_backend import AttentionBackend
from sglang.srt.layers.radix_attention import AttentionType
from sglang.srt.mem_cache.memory_pool import KVWriteLoc
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

if TYPE_CHECKING:
    from sglang.srt.layers.radix_attention import RadixAttention
    from sglang.srt.model_executor.forward_batch_info import ForwardBatch
    from sglang.srt.model_executor.model_runner import ModelRunner


FEW = 32
"""Up to this many new tokens, all query heads of a key head go into one matrix product."""


class CpuAttention(AttentionBackend):
    """One forward pass: `init_forward_metadata`, then `forward` once for each layer."""

    def __init__(self, runner: ModelRunner) -> None:
        super().__init__()
        self._slots_of_request = runner.req_to_token_pool.req_to_token
        self._cache = runner.token_to_kv_pool
        self._sequences: list[Sequence] = []

    def init_forward_metadata(self, forward_batch: ForwardBatch) -> None:
        """Find each sequence's queries and cache slots; all layers share them."""
        lengths = forward_batch.seq_lens.tolist()
        if forward_batch.forward_mode.is_decode_or_idle():
            new_lengths = [1] * len(lengths)
        else:
            new_lengths = forward_batch.extend_seq_lens_cpu
        self._sequences = []
        end = 0
        for request, length, new in zip(
            forward_batch.req_pool_indices.tolist(), lengths, new_lengths, strict=True
        ):
            start, end = end, end + new
            slots = self._slots_of_request[request, :length].long()
            self._sequences.append(Sequence(slice(start, end), slots))

    def forward(
        self,
        q: Tensor,
        k: Tensor | None,
        v: Tensor | None,
        layer: RadixAttention,
        forward_batch: ForwardBatch,
        save_kv_cache: bool = True,
        **unsupported: object,
    ) -> Tensor:
        """Attend, returning [tokens, query heads * value size].

        Args:
            q: new queries [tokens, query heads * key size], those of all sequences in a row.
            k: their keys [tokens, key heads, key size]; for DeepSeek-V2 one latent head.
            v: their values [tokens, key heads, value size].
            layer: the attention layer, for its head counts, sizes and scale.
            forward_batch: the running batch, for the cache slots of the new tokens.
            save_kv_cache: whether to write the new keys and values to the cache first.
            unsupported: what other backends take; nothing that our models need.
        """
        _check(layer)
        if save_kv_cache and k is not None:
            self._cache.set_kv_buffer(layer, KVWriteLoc(forward_batch.out_cache_loc, None), k, v)
        keys = self._cache.get_key_buffer(layer.layer_id)
        # DeepSeek-V2 caches rows of [latent | rotary key]: the value is the front of the key.
        latent = layer.qk_head_dim != layer.v_head_dim
        values = None if latent else self._cache.get_value_buffer(layer.layer_id)

        heads = layer.tp_k_head_num
        groups = layer.tp_q_head_num // heads
        queries = q.view(-1, heads, groups, layer.qk_head_dim)
        output = q.new_empty((q.shape[0], heads, groups, layer.v_head_dim))
        for sequence in self._sequences:
            gathered = keys.index_select(0, sequence.slots)
            result = sequence.attend(
                queries[sequence.queries],
                gathered,
                gathered if values is None else values.index_select(0, sequence.slots),
                layer.scaling,
            )
            output[sequence.queries] = result[..., : layer.v_head_dim]
        return output.view(q.shape[0], -1)


class Sequence:
    """One request of the batch, for the length of one forward pass.

    Attributes:
        queries: where its new tokens are in the batch.
        slots: cache slots of all its tokens, cached and new, in order.
    """

    def __init__(self, queries: slice, slots: Tensor) -> None:
        self.queries = queries
        self.slots = slots
        self._mask: Tensor | None = None

    def attend(self, q: Tensor, k: Tensor, v: Tensor, scale: float) -> Tensor:
        """Attend from q [new, key heads, groups, size] to k and v [all, key heads, size]."""
        new, heads, groups, size = q.shape
        # The key heads take the place of the batch, so that PyTorch's fused kernel applies and
        # the query heads of a group share their key head without a copy of it.
        k = k.transpose(0, 1).unsqueeze(1)
        v = v.transpose(0, 1).unsqueeze(1)
        if new <= FEW:
            rows = q.transpose(0, 1).reshape(heads, 1, new * groups, size)
            out = scaled_dot_product_attention(
                rows, k, v, attn_mask=self._causal_mask(new, groups, q.dtype), scale=scale
            )
            return out.view(heads, new, groups, -1).transpose(0, 1)
        k, v = k.expand(-1, groups, -1, -1), v.expand(-1, groups, -1, -1)
        cold = new == len(self.slots)
        out = scaled_dot_product_attention(
            q.permute(1, 2, 0, 3),
            k,
            v,
            attn_mask=None if cold else self._causal_mask(new, 1, q.dtype),
            is_causal=cold,
            scale=scale,
        )
        return out.permute(2, 0, 1, 3)

    def _causal_mask(self, new: int, groups: int, dtype: torch.dtype) -> Tensor | None:
        """What is added to scores [new * groups, all]: a token sees itself and those before."""
        if new == 1:
            return None
        if self._mask is None:
            length = len(self.slots)
            hidden = torch.ones(new, length, dtype=torch.bool).triu_(length - new + 1)
            mask = torch.zeros(new, length, dtype=dtype).masked_fill_(hidden, float("-inf"))
            self._mask = mask.repeat_interleave(groups, dim=0)
        return self._mask


def _check(layer: RadixAttention) -> None:
    """Refuse what this backend does not compute, instead of computing something else."""
    if (
        layer.is_cross_attention
        or layer.attn_type != AttentionType.DECODER
        or layer.sliding_window_size > -1
        or layer.logit_cap
    ):
        raise NotImplementedError(
            "The CPU engine serves plain causal attention only; serve this model on a GPU."
        )
