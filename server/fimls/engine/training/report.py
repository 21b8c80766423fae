"""Measures a trained model and writes its model card."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from fimls.engine.training.card import SHOWN, card
from fimls.engine.training.corpus import Source
from fimls.engine.training.held_out import (
    ANSWER_TOKENS,
    Generate,
    Hole,
    exact_matches,
    held_answer,
    held_out_loss,
    holes,
    ngram_answer,
    whole_answer,
)
from fimls.engine.training.ngram import NGram
from fimls.engine.training.vocabulary import Vocabulary


def write_report(
    folder: Path,
    sources: Sequence[Source],
    training: Sequence[str],
    held_out: Sequence[str],
    *,
    rows: int = 400,
    ngram_characters: int = 20_000_000,
) -> dict[str, Any]:
    """Measure the checkpoint in the folder, write ``README.md`` beside it, return the figures."""
    from transformers import DeepseekV2ForCausalLM

    vocabulary = Vocabulary.load(folder)
    model: Any = DeepseekV2ForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    generate = _greedy(model, vocabulary)
    questions = holes(held_out, rows, seed=7)
    tokens: list[int] = []
    for text in training:
        if len(tokens) * 3 > ngram_characters:
            break
        tokens += vocabulary.encode(text)
    figures = {
        "parameters": sum(p.numel() for p in model.parameters()),
        "trained": _trained(folder),
        "held_out": held_out_loss(model, vocabulary, held_out),
        "exact_match": exact_matches(questions, held_answer(vocabulary, generate)),
        "exact_match_whole": exact_matches(questions, whole_answer(vocabulary, generate)),
        "exact_match_ngram": exact_matches(questions, ngram_answer(vocabulary, NGram(tokens).next)),
    }
    answer = held_answer(vocabulary, generate)
    shown = [(b, a, answer(Hole(kind="", prefix=b, suffix=a, line=""))) for b, a in SHOWN]
    text = card(figures, sources, shown, vocabulary=model.config.vocab_size)
    (folder / "README.md").write_text(text, encoding="utf-8")
    return figures


def _greedy(model: Any, vocabulary: Vocabulary) -> Generate:
    tokenizer = vocabulary.tokenizer
    texts = [tokenizer.decode([token]) for token in range(model.config.vocab_size)]

    @torch.inference_mode()
    def generate(prompt: list[int], begins: str) -> str:
        ids, past, made = torch.tensor([prompt]), None, list[int]()
        left = begins
        while len(made) < ANSWER_TOKENS:
            output = model(ids, past_key_values=past, use_cache=True)
            logits, past = output.logits[0, -1], output.past_key_values
            if left:
                fits = [t != "" and (t.startswith(left) or left.startswith(t)) for t in texts]
                logits = logits.masked_fill(~torch.tensor(fits), float("-inf"))
            token = int(logits.argmax())
            if token in (vocabulary.eos, vocabulary.bos):
                break
            left = left[len(texts[token]) :]
            made.append(token)
            if "\n" in tokenizer.decode(made).lstrip("\n"):
                break
            ids = torch.tensor([[token]])
        return tokenizer.decode(made)

    return generate


def _trained(folder: Path) -> dict[str, Any]:
    """Return steps, tokens and minutes of the run, from its log."""
    log = folder / "training.jsonl"
    if not log.is_file():
        return {}
    rows = [json.loads(line) for line in log.read_text("utf-8").split("\n") if line]
    return {
        "steps": rows[-1]["step"],
        "tokens": sum(row["tokens"] for row in rows),
        "minutes": round(rows[-1]["seconds"] / 60, 1),
        "last_loss": rows[-1]["loss"],
    }
