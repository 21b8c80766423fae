"""The training forward of the embedded model: DeepSeek-V2, written for speed on few cores.

Tokens are sorted by expert, so that each expert is one matrix product instead of a loop over
masks; a test holds the logits equal to transformers' ``DeepseekV2ForCausalLM``.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fimls.engine.training.model_shape import Shape


class Network(nn.Module):
    """Token ids, shape (rows, length), to logits over the vocabulary at each position."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embed = nn.Embedding(shape.vocabulary, shape.hidden)
        self.blocks = nn.ModuleList(Block(shape, dense=n == 0) for n in range(shape.layers))
        self.norm = Norm(shape.hidden)
        self.head = nn.Linear(shape.hidden, shape.vocabulary, bias=False)
        cos, sin = _rotations(shape)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        for parameter in self.parameters():
            if parameter.ndim == 2:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, ids: Tensor) -> Tensor:
        """Return logits, shape (rows, length, vocabulary)."""
        x = self.embed(ids)
        length = ids.shape[1]
        for block in self.blocks:
            x = block(x, self.cos[:length], self.sin[:length])
        return self.head(self.norm(x))

    def imbalance(self) -> Tensor:
        """How unevenly the last forward used the experts: 1 is even (Switch Transformer's loss)."""
        return torch.stack(
            [b.feed.imbalance for b in self.blocks if isinstance(b.feed, Mixture)]
        ).mean()


class Block(nn.Module):
    """Attention, then a feed-forward part, each on a normed residual stream."""

    def __init__(self, shape: Shape, *, dense: bool) -> None:
        super().__init__()
        self.norm_attention = Norm(shape.hidden)
        self.attention = LatentAttention(shape)
        self.norm_feed = Norm(shape.hidden)
        self.feed = Feed(shape.hidden, shape.dense) if dense else Mixture(shape)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """Return the stream after this block, shaped as `x`."""
        x = x + self.attention(self.norm_attention(x), cos, sin)
        return x + self.feed(self.norm_feed(x))


class LatentAttention(nn.Module):
    """Keys and values come from one small latent per position; only part of a key has position."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.query = nn.Linear(shape.hidden, shape.heads * (shape.nope + shape.rope), bias=False)
        self.compress = nn.Linear(shape.hidden, shape.latent + shape.rope, bias=False)
        self.norm = Norm(shape.latent)
        self.expand = nn.Linear(shape.latent, shape.heads * (shape.nope + shape.value), bias=False)
        self.out = nn.Linear(shape.heads * shape.value, shape.hidden, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """Return what the heads read, shaped as `x`."""
        shape = self.shape
        rows, length, _ = x.shape
        query = self.query(x).view(rows, length, shape.heads, -1).transpose(1, 2)
        query, query_rope = query.split((shape.nope, shape.rope), -1)
        latent, key_rope = self.compress(x).split((shape.latent, shape.rope), -1)
        expanded = self.expand(self.norm(latent)).view(rows, length, shape.heads, -1)
        key, value = expanded.transpose(1, 2).split((shape.nope, shape.value), -1)
        key_rope = _rotate(key_rope.unsqueeze(1), cos, sin).expand(-1, shape.heads, -1, -1)
        y = F.scaled_dot_product_attention(
            torch.cat((query, _rotate(query_rope, cos, sin)), -1),
            torch.cat((key, key_rope), -1),
            value,
            is_causal=True,
            scale=_attention_scale(shape),
        )
        return self.out(y.transpose(1, 2).reshape(rows, length, -1))


class Feed(nn.Module):
    """A gated feed-forward part; gate and up are one product."""

    def __init__(self, hidden: int, inner: int) -> None:
        super().__init__()
        self.gate_up = nn.Linear(hidden, 2 * inner, bias=False)
        self.down = nn.Linear(inner, hidden, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return the gated product, shaped as `x`."""
        gate, up = self.gate_up(x).chunk(2, -1)
        return self.down(F.silu(gate) * up)


class Mixture(nn.Module):
    """A shared expert and, for each token, the best few of the routed ones."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.chosen = shape.chosen
        self.router = nn.Linear(shape.hidden, shape.experts, bias=False)
        self.experts = nn.ModuleList(Feed(shape.hidden, shape.expert) for _ in range(shape.experts))
        self.shared = Feed(shape.hidden, shape.expert)
        self.imbalance = torch.ones(())

    def forward(self, x: Tensor) -> Tensor:
        """Return the experts' sum, shaped as `x`, and note how evenly they were used."""
        tokens = x.reshape(-1, x.shape[-1])
        scores = self.router(tokens).softmax(-1)
        weights, choice = scores.topk(self.chosen, -1)
        flat = choice.flatten()
        order = flat.argsort()
        uses = torch.bincount(flat, minlength=len(self.experts))
        source = order // self.chosen
        parts = tokens[source].split(uses.tolist())
        made = torch.cat([expert(part) for expert, part in zip(self.experts, parts, strict=True)])
        made = made * weights.flatten()[order, None]
        self.imbalance = len(self.experts) * (uses / len(flat) * scores.mean(0)).sum()
        return self.shared(tokens).index_add(0, source, made).view_as(x)


class Norm(nn.Module):
    """Root-mean-square norm."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        """Return `x` with unit root mean square, times the learned weight."""
        return F.rms_norm(x, (x.shape[-1],), self.weight, 1e-6)


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


def _rotations(shape: Shape) -> tuple[Tensor, Tensor]:
    """Cosines and sines for each position, stretched by yarn as transformers stretches them."""
    from transformers import DeepseekV2Config
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    config = DeepseekV2Config(**shape.config(bos=0, eos=1))
    frequencies, magnitude = ROPE_INIT_FUNCTIONS["yarn"](config, torch.device("cpu"))
    angles = torch.arange(config.max_position_embeddings)[:, None] * frequencies
    return angles.cos() * magnitude, angles.sin() * magnitude


def _attention_scale(shape: Shape) -> float:
    """One over the root of a head's width, times yarn's square (DeepSeek-V2's mscale)."""
    from math import log

    scale = 0.1 * 0.707 * log(shape.stretch) + 1.0 if shape.stretch > 1 else 1.0
    return (shape.nope + shape.rope) ** -0.5 * scale * scale
