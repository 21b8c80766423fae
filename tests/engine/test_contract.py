"""The contract of every adapter over the real program that it is for.

The embedded model answers for SGLang, a small real one for the others (`support.real_engines`).
None of these tests knows what a model writes: they compare its answers with each other.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fimls.backend.base import Chunk, GenerateRequest, ModelInfo, Usage
from fimls.backend.factory import engine_for
from fimls.backend.stale_model_guard import identified
from fimls.bench.typing import replay
from fimls.bench.typing_trace import Trace
from fimls.completion import CompletionService, Query
from fimls.completion.served_model import ServedModel, load_served_model
from fimls.engine.supervisor import Engine
from fimls.errors import BackendError
from fimls.prompt import Message, Prompt, PromptTokenizer
from fimls.settings import Layer, ModelSettings, Settings, resolve
from fimls.text import Document, Text
from support.real_engines import RealEngine, of_sglang, started, until_busy

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]

PROGRAMS = ("sglang", "sglang-openai", "llama-server", "vllm", "mlx-lm")
TRACE = Path(__file__).parents[1] / "data" / "traces" / "settings.json"
BEFORE = (
    '"""Shapes."""\n\nimport math\n\n\ndef area(width, height):\n    return width * height\n\n\n'
)
AFTER = "\n\n\ndef perimeter(width, height):\n    return 2 * (width + height)\n"


@pytest.fixture(scope="module", params=PROGRAMS)
def real(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealEngine]:
    if request.param.startswith("sglang"):
        engine: Engine = request.getfixturevalue("engine")
        yield of_sglang(request.param, engine.url)
        return
    with started(request.param, tmp_path_factory.mktemp("engine") / "log.txt") as engine:
        yield engine


def settings_of(engine: dict[str, Any], completion: dict[str, Any] | None = None) -> Settings:
    more = {"reuse": False, "debounce_ms": 0, **(completion or {})}
    tables = {"engine": engine, "completion": more}
    settings, problems = resolve([Layer(name="test", values=tables)])
    assert not problems
    return settings


@dataclass(frozen=True, slots=True)
class Asked:
    """An adapter over a program, in a cache namespace of its own."""

    backend: Any
    served: ServedModel
    table: dict[str, Any]

    @property
    def info(self) -> ModelInfo:
        return self.served.info

    def prompt(self, prefix: str = BEFORE, suffix: str = AFTER) -> Prompt:
        """Return a prompt that no other test has asked."""
        return self.served.builder.build(f"# {uuid.uuid4().hex}\n{prefix}", suffix)

    async def chunks(self, prompt: Prompt, **fields: Any) -> list[Chunk]:
        request = GenerateRequest(
            rid=uuid.uuid4().hex,
            model=self.info,
            **{
                "input_ids": prompt.input_ids,
                "text": prompt.text,
                "suffix": prompt.suffix,
                "stop": prompt.stop,
                "stop_token_ids": prompt.stop_token_ids,
                "max_new_tokens": 16,
                **fields,
            },
        )
        async with aclosing(self.backend.stream(request)) as chunks:
            return [chunk async for chunk in chunks]

    async def text(self, prompt: Prompt) -> str:
        """Return a greedy answer of twelve tokens, from the cache as all later ones."""
        for _ in range(2):
            chunks = await self.chunks(prompt, max_new_tokens=12)
        return text_of(chunks)

    async def usage(self, prompt: Prompt, **fields: Any) -> Usage:
        chunks = await self.chunks(prompt, **{"max_new_tokens": 1, **fields})
        return chunks[-1].usage


@pytest.fixture
async def asked(real: RealEngine) -> AsyncGenerator[Asked]:
    table = {**real.settings, "extra_key": uuid.uuid4().hex, "read_timeout_ms": 300_000}
    settings = settings_of(table)
    backend = identified(engine_for(settings.engine))
    served = await load_served_model(backend, ModelSettings(), PromptTokenizer.load)
    yield Asked(backend, served, table)
    await backend.aclose()


def text_of(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


async def test_it_says_what_it_serves(asked: Asked, real: RealEngine) -> None:
    assert asked.info.model_path
    assert await asked.backend.healthy()
    assert await asked.backend.model_info() == asked.info
    if real.program != "mlx-lm":
        assert asked.info.context_length
        assert 1_000 < asked.info.context_length <= 8_192


async def test_a_generation_comes_in_pieces_up_to_its_limit(asked: Asked) -> None:
    chunks = await asked.chunks(asked.prompt("x = 1\n" * 8), max_new_tokens=8)
    assert len([chunk for chunk in chunks if chunk.text]) > 1
    assert [chunk.finish_reason for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert chunks[-1].finish_reason == "length"
    assert chunks[-1].usage.completion_tokens == 8


async def test_all_of_the_prompt_is_counted(asked: Asked) -> None:
    prompt = asked.prompt()
    usage = await asked.usage(prompt)
    if prompt.text is None:
        assert usage.prompt_tokens == len(prompt.input_ids)
    else:
        assert 40 < usage.prompt_tokens < 200


async def test_a_stop_string_ends_the_text_before_it(asked: Asked) -> None:
    prompt = asked.prompt("x = 1\n" * 8)
    whole = await asked.text(prompt)
    stop = whole[len(whole) // 2 :][:2]
    chunks = await asked.chunks(prompt, max_new_tokens=12, stop=("¬never¬", stop))
    assert text_of(chunks) == whole[: whole.index(stop)]
    assert chunks[-1].finish_reason == "stop"


async def test_a_stop_token_ends_the_text_before_it(asked: Asked) -> None:
    tokenizer = asked.served.tokenizer
    if tokenizer is None or not asked.info.can.stop_ids:
        pytest.skip("it takes no stop token ids, or there is no tokenizer here")
    prompt = asked.prompt("x = 1\n" * 8)
    whole = await asked.text(prompt)
    ids = tokenizer.encode(whole)
    stop = ids[len(ids) // 2]
    chunks = await asked.chunks(prompt, max_new_tokens=12, stop_token_ids=(stop,))
    assert text_of(chunks) == tokenizer.decode(ids[: ids.index(stop)])
    assert chunks[-1].finish_reason == "stop"


async def test_a_prompt_that_was_read_costs_what_its_cache_does_not_keep(asked: Asked) -> None:
    """One token, or what is left of the last page: see `Capabilities.granularity`."""
    can = asked.info.can
    if not can.cache_report:
        pytest.skip("it does not say what came from its cache")
    prompt = asked.prompt(BEFORE * 8)
    first, again = await asked.usage(prompt), await asked.usage(prompt)
    assert first.cached_tokens <= first.prompt_tokens // 4
    new = again.prompt_tokens - again.cached_tokens
    if can.granularity is not None:
        assert new == 1 + (again.prompt_tokens - 1) % can.granularity
    else:
        assert new <= 130


async def test_what_is_read_ahead_is_in_the_cache(asked: Asked) -> None:
    can = asked.info.can
    if can.warm_up == "none" or not can.cache_report:
        pytest.skip("nothing is read ahead there, or nobody would know")
    prompt = asked.prompt(BEFORE * 8)
    chunks = await asked.chunks(prompt, max_new_tokens=0)
    assert not text_of(chunks)
    usage = await asked.usage(prompt)
    assert usage.cached_tokens >= usage.prompt_tokens - 130


async def test_another_namespace_shares_nothing(asked: Asked) -> None:
    """Also at llama.cpp, which has none: its slots are read anew for another one."""
    if not (asked.info.can.namespaces or asked.table["kind"] == "llama-cpp"):
        pytest.skip("it has no cache namespaces")
    prompt = asked.prompt(BEFORE * 8)
    await asked.usage(prompt)
    assert (await asked.usage(prompt, extra_key=uuid.uuid4().hex)).cached_tokens == 0


async def test_an_answer_is_forced_to_begin_as_it_must(asked: Asked) -> None:
    can = asked.info.can
    if can.constraint == "none":
        pytest.skip("it forces nothing: what does not begin with the fragment is not shown")
    chunks = await asked.chunks(asked.prompt(), regex=r"zebra_crossing[\s\S]*")
    assert text_of(chunks).startswith("zebra_crossing")


async def test_a_constraint_too_large_for_the_engine_is_left_out(asked: Asked) -> None:
    """llama.cpp refuses a request whose grammar repeats something 3,000 times."""
    assert await asked.chunks(asked.prompt(), max_new_tokens=2, regex=r"[\s\S]{3000,}")


async def test_probabilities_are_those_of_the_text(asked: Asked) -> None:
    if not asked.info.can.logprobs:
        pytest.skip("it does not tell them")
    chunks = await asked.chunks(asked.prompt("x = 1\n" * 8), max_new_tokens=6, logprobs=True)
    told = [each for chunk in chunks for each in chunk.logprobs]
    assert "".join(text for text, _ in told) == text_of(chunks)
    assert all(-40 < logprob <= 0 for _, logprob in told)
    assert len(told) == 6


async def test_other_tokens_are_named_the_likeliest_first(asked: Asked) -> None:
    if not asked.info.can.alternatives:
        pytest.skip("it does not name them")
    chunks = await asked.chunks(asked.prompt(), max_new_tokens=4, others=3)
    tokens = [token for chunk in chunks for token in chunk.tokens]
    assert len(tokens) == 4
    for token in tokens:
        assert len(token.others) == 3
        likely = [each.logprob for each in token.others]
        assert likely == sorted(likely, reverse=True)
        assert token.logprob >= likely[0] - 1e-3  # greedy
        assert token.id not in [each.id for each in token.others]


async def test_leaving_ends_the_generation_in_the_engine(asked: Asked, real: RealEngine) -> None:
    if real.busy is None:
        pytest.skip("it does not say what it runs")
    prompt = asked.prompt("x = 1\n" * 40)
    request = GenerateRequest(
        rid=uuid.uuid4().hex,
        input_ids=prompt.input_ids,
        text=prompt.text,
        max_new_tokens=2_000,
        regex=r"[0-9 ,]{1900,}",  # it may not end by itself
        model=asked.info,
    )
    async with aclosing(asked.backend.stream(request)) as chunks:
        await anext(chunks)
        await until_busy(real, 1)
    await until_busy(real, 0)


async def test_a_conversation_is_answered(asked: Asked) -> None:
    conversing = await asked.served.conversing()
    marked = f"{uuid.uuid4().hex} Say yes. <|fim_suffix|> <｜fim▁hole｜>"
    said = [Message("system", "Be short."), Message("user", marked)]
    prompt = Prompt(stop=conversing.stop, stop_token_ids=conversing.end_ids)
    chunks = await asked.chunks(prompt, max_new_tokens=4, **conversing.asked(said))
    assert text_of(chunks)
    assert chunks[-1].usage.prompt_tokens > 8


async def test_special_tokens_in_the_users_text_stay_characters(asked: Asked) -> None:
    """Sent as text they are defused, as ids they never were any."""
    marks = [part for part in asked.served.builder.template.layout if isinstance(part, str)]
    plain = await asked.usage(asked.prompt("a = ''\n"))
    marked = await asked.usage(asked.prompt(f"a = '{marks[-1]}'\n"))
    assert marked.prompt_tokens >= plain.prompt_tokens + 3


async def test_nothing_that_fimls_asks_is_refused(
    asked: Asked, caplog: pytest.LogCaptureFixture
) -> None:
    """Everything that completions use at once: reading ahead, probabilities, lines, samples."""
    settings = settings_of(
        asked.table, {"lines": "multi", "min_probability": 0.001, "reranking": True}
    )
    service = CompletionService(backend=identified(engine_for(settings.engine)), settings=settings)
    try:
        for typed in ("def volume(", "width, height, de", "pth):\n    return "):
            before = Text.parse(f"# {uuid.uuid4().hex}\n{BEFORE}{typed}")
            text = Text.parse(str(before) + AFTER)
            document = Document(uri="file:///a.py", language_id="python", version=1, text=text)
            await service.warm(document, None)
            await service.complete(Query(document=document, cursor=before.end))
            await service.complete(Query(document=document, cursor=before.end, automatic=False))
    except BackendError as error:
        pytest.fail(str(error))
    finally:
        await service.aclose()
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


async def test_typing_costs_what_is_typed(asked: Asked) -> None:
    """The held prompt in this engine's form of prompts, replayed from an editor's keys."""
    can = asked.info.can
    if not can.cache_report:
        pytest.skip("it does not say what came from its cache")
    trace = Trace.load(TRACE)
    budgets = {"prefix_tokens": 1_024, "suffix_tokens": 256}
    settings, _ = resolve([Layer(name="test", values={"prompt": budgets})])
    samples = await replay(
        asked.backend, asked.served, settings, [trace], ["held"], most_keys=12, seed=1
    )
    new = sorted(sample.new_tokens for sample in samples[1:])
    assert len(new) == 11
    assert new[5] <= (can.granularity or 128) + 1
