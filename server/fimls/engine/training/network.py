"""The training forward of the embedded model: DeepSeek-V2, written for speed on few cores.

Tokens are sorted by expert, so that each expert is one matrix product instead of a loop over
masks; a test holds the logits equal to transformers' ``DeepseekV2ForCausalLM``.
"""

from __future__ import annotations

from math import ceil, floor, log, pi

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

    def read_by_all_experts(self) -> None:
        """Compute the mixtures in shapes that never change, for accelerators."""
        for block in self.blocks:
            if isinstance(block.feed, Mixture):
                block.feed.all_at_once = True

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
        self.all_at_once = False

    def forward(self, x: Tensor) -> Tensor:
        """Return the experts' sum, shaped as `x`, and note how evenly they were used."""
        tokens = x.reshape(-1, x.shape[-1])
        scores = self.router(tokens).softmax(-1)
        weights, choice = scores.topk(self.chosen, -1)
        if self.all_at_once:
            return self._by_all(tokens, scores, weights, choice).view_as(x)
        flat = choice.flatten()
        order = flat.argsort()
        uses = torch.bincount(flat, minlength=len(self.experts))
        source = order // self.chosen
        parts = tokens[source].split(uses.tolist())
        made = torch.cat([expert(part) for expert, part in zip(self.experts, parts, strict=True)])
        made = made * weights.flatten()[order, None]
        self.imbalance = len(self.experts) * (uses / len(flat) * scores.mean(0)).sum()
        return self.shared(tokens).index_add(0, source, made).view_as(x)

    def _by_all(self, tokens: Tensor, scores: Tensor, weights: Tensor, choice: Tensor) -> Tensor:
        """Have every expert read every token, and count those that were chosen.

        It computes four times as much, and its shapes never change: an accelerator's compiler
        makes one program of it.
        """
        gate_up = torch.stack([expert.gate_up.weight for expert in self.experts])
        down = torch.stack([expert.down.weight for expert in self.experts])
        gate, up = torch.einsum("th,eih->tei", tokens, gate_up).chunk(2, -1)
        counts = torch.zeros_like(scores).scatter(1, choice, weights)
        uses = (counts > 0).to(scores.dtype).mean(0) / self.chosen
        self.imbalance = len(self.experts) * (uses * scores.mean(0)).sum()
        made = torch.einsum("tei,ehi->teh", F.silu(gate) * up, down)
        return self.shared(tokens) + torch.einsum("teh,te->th", made, counts.to(made.dtype))


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
    """Cosines and sines for each position, stretched by yarn: slow waves more than quick ones.

    DeepSeek-V2 sets both of yarn's magnitudes alike, and then they cancel out. transformers has the
    same, and is not needed to train.
    """
    yarn = shape.config(bos=0, eos=1)["rope_parameters"]
    base, known = yarn["rope_theta"], yarn["original_max_position_embeddings"]

    def dimension(turns: float) -> float:
        return shape.rope * log(known / (turns * 2 * pi)) / (2 * log(base))

    low = max(floor(dimension(yarn["beta_fast"])), 0)
    high = min(ceil(dimension(yarn["beta_slow"])), shape.rope - 1)
    waves = torch.arange(0, shape.rope, 2)
    stretched = ((waves / 2 - low) / max(high - low, 0.001)).clamp(0, 1)
    frequencies = base ** -(waves / shape.rope)
    frequencies = frequencies * (1 - stretched) + frequencies / shape.stretch * stretched
    angles = torch.arange(int(known * shape.stretch))[:, None] * frequencies
    return angles.cos(), angles.sin()


def _attention_scale(shape: Shape) -> float:
    """One over the root of a head's width, times yarn's square (DeepSeek-V2's mscale)."""
    scale = 0.1 * 0.707 * log(shape.stretch) + 1.0 if shape.stretch > 1 else 1.0
    return (shape.nope + shape.rope) ** -0.5 * scale * scale
