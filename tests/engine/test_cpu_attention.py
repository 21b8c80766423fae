"""The CPU plug-in computes the model: what SGLang says with it is what transformers says.

Two families: the embedded DeepSeek-V2 (latent attention, experts, yarn) and a random Qwen2 (grouped
queries, biases). Each cold, with a cached prefix, and with others in the same batch.
"""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from fimls.engine.embedded import embedded_model_path

torch = pytest.importorskip("torch", reason="torch is installed by the extra `serve`")
transformers = pytest.importorskip("transformers", reason="it is installed by the extra `serve`")

pytestmark = pytest.mark.engine

TOP = 50
"""How many of the likeliest tokens are compared."""
TOLERANCE = 2e-3
"""Of log-probabilities. Both compute in 32 bits here; in 16 they would agree to about 0.03."""


class Served:
    """A model in the engine and the same one in transformers."""

    def __init__(self, url: str, model: Any) -> None:
        self.url = url
        self.model = model

    def random_ids(self, number: int) -> list[int]:
        """Return a prompt that no cache has seen."""
        return random.choices(range(300, 4000), k=number)

    async def check(self, ids: list[int]) -> int:
        """Compare the next token's likeliest candidates; return how many tokens were cached."""
        sampling = {"max_new_tokens": 1, "temperature": 0}
        body = {
            "input_ids": ids,
            "sampling_params": sampling,
            "return_logprob": True,
            "top_logprobs_num": TOP,
        }
        async with httpx.AsyncClient(timeout=120) as client:
            answer = await client.post(f"{self.url}/generate", json=body)
        meta = answer.raise_for_status().json()["meta_info"]
        [candidates] = meta["output_top_logprobs"]
        with torch.inference_mode():
            expected = self.model(torch.tensor([ids])).logits[0, -1].log_softmax(-1)
        found = torch.tensor([logprob for logprob, _, _ in candidates])
        at = torch.tensor([token for _, token, _ in candidates])

        assert len(candidates) == TOP
        assert found.max() - found.min() > 0.5, "a flat distribution would compare nothing"
        torch.testing.assert_close(found, expected[at], atol=TOLERANCE, rtol=0)
        assert set(at.tolist()[:5]) == set(expected.topk(5).indices.tolist())
        return meta["cached_tokens"]


@pytest.fixture(scope="module", params=["deepseek-v2", "qwen2"])
def served(
    request: pytest.FixtureRequest,
    make_engine: Callable[[Path], AbstractContextManager[Any]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    if request.param == "deepseek-v2":
        folder = embedded_model_path()
        url = request.getfixturevalue("engine").url
        yield Served(url, _load(folder))
    else:
        folder = _write_qwen2(tmp_path_factory.mktemp("qwen2"))
        with make_engine(folder) as engine:
            yield Served(engine.url, _load(folder))


@pytest.mark.parametrize("tokens", [1, 5, 100, 700])
async def test_cold(served: Served, tokens: int) -> None:
    assert await served.check(served.random_ids(tokens)) == 0


@pytest.mark.parametrize("new", [1, 2, 32, 33, 200])
async def test_with_a_cached_prefix(served: Served, new: int) -> None:
    """Few new tokens and many take different ways through the attention."""
    prefix = served.random_ids(300)
    await served.check(prefix)

    cached = await served.check(prefix + served.random_ids(new))

    assert cached >= 299


async def test_decoding_step_by_step(served: Served) -> None:
    """Each generated token is the likeliest one given those before it."""
    ids = served.random_ids(80)
    body = {"input_ids": ids, "sampling_params": {"max_new_tokens": 24, "temperature": 0}}
    async with httpx.AsyncClient(timeout=120) as client:
        answer = (await client.post(f"{served.url}/generate", json=body)).json()
    output = answer["output_ids"]
    with torch.inference_mode():
        logits = served.model(torch.tensor([ids + output])).logits[0, len(ids) - 1 : -1]

    assert len(output) >= 1
    best = logits.max(-1).values
    chosen = logits.gather(1, torch.tensor(output).unsqueeze(1)).squeeze(1)
    assert (best - chosen).max() < TOLERANCE


async def test_in_one_batch(served: Served) -> None:
    """Prompts of different lengths, some with a cached prefix, do not see each other."""
    shared = served.random_ids(150)
    await served.check(shared)
    prompts = [
        shared + served.random_ids(7),
        served.random_ids(90),
        shared + served.random_ids(60),
        served.random_ids(3),
    ]

    cached = await asyncio.gather(*(served.check(prompt) for prompt in prompts))

    assert cached[0] >= 149
    assert cached[1] == cached[3] == 0


def _load(folder: Path) -> Any:
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    return model.eval()


def _write_qwen2(folder: Path) -> Path:
    """Write a small Qwen2 with random weights, loud enough that it prefers some tokens."""
    torch.manual_seed(0)
    config = transformers.Qwen2Config(
        vocab_size=4096,
        hidden_size=96,
        intermediate_size=160,
        num_hidden_layers=3,
        num_attention_heads=6,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        bos_token_id=0,
        eos_token_id=1,
        tie_word_embeddings=False,
        architectures=["Qwen2ForCausalLM"],
    )
    model = transformers.Qwen2ForCausalLM(config)
    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.15)
        elif parameter.shape[0] != config.hidden_size:  # biases, not the scales of norms
            torch.nn.init.normal_(parameter, std=0.5)
    model.save_pretrained(folder)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(embedded_model_path() / file, folder / file)
    return folder
