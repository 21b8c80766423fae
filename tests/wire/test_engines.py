"""One contract for every kind of engine: what is asked of it, and what becomes of its answers.

The servers here have the shapes of public documentation; `tests/engine/test_contract.py` runs the
same over the real programs that this machine has.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import uuid
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Any

import pytest

from fimls.backend.base import Chunk, GenerateRequest
from fimls.backend.factory import engine_for
from fimls.backend.stale_model_guard import ModelCheckedBackend, identified
from fimls.completion import Completion, CompletionService, Query, missing_probabilities
from fimls.errors import (
    BackendBusy,
    BackendError,
    BackendProtocolError,
    BackendRejected,
    BackendUnauthorised,
    BackendUnpaid,
    BackendUnreachable,
)
from fimls.settings import Layer, Settings, resolve
from fimls.text import Document, Text
from support.hosted_apis import HostedApi, Refusal

KINDS = {"deepseek": "deepseek", "mistral": "mistral", "ollama": "openai", "vllm": "openai"}
"""What a scripted server is -> the kind of engine that it is for fimls."""

FIM = {"deepseek": "/beta/completions", "mistral": "/v1/fim/completions"}
FORMS = {"vllm": "text"}
KEY = "sk-not-to-be-seen"


@pytest.fixture(params=KINDS)
def api(request: pytest.FixtureRequest) -> Iterator[HostedApi]:
    with HostedApi(request.param) as api:
        yield api


def settings_of(
    api: HostedApi,
    url: str = "",
    completion: dict[str, Any] | None = None,
    prefix_tokens: int = 2_048,
    **engine: Any,
) -> Settings:
    values = {
        "kind": KINDS[api.kind],
        "url": url or api.url,
        "prompt": FORMS.get(api.kind, "auto"),
        **engine,
    }
    tables = {
        "engine": values,
        "prompt": {"prefix_tokens": prefix_tokens},
        "completion": {"reuse": False, **(completion or {})},
    }
    settings, problems = resolve([Layer(name="test", values=tables)])
    assert not problems
    return settings


@pytest.fixture
async def backend(api: HostedApi) -> AsyncGenerator[ModelCheckedBackend, None]:
    backend = identified(engine_for(settings_of(api).engine))
    yield backend
    await backend.aclose()


async def completed(api: HostedApi, text: str, after: str = "", **engine: Any) -> list[Completion]:
    settings = settings_of(api, **engine)
    service = CompletionService(backend=identified(engine_for(settings.engine)), settings=settings)
    try:
        return await service.complete(query(text, after))
    finally:
        await service.aclose()


def query(before: str, after: str = "", version: int = 1) -> Query:
    text = Text.parse(before + after)
    document = Document(uri="file:///a.py", language_id="python", version=version, text=text)
    return Query(document=document, cursor=Text.parse(before).end)


async def generated(backend: ModelCheckedBackend, **fields: Any) -> list[Chunk]:
    info = await backend.model_info()
    asked = {"text": "def f():\n    ", "suffix": "\n", **fields}
    if "suffix" not in info.can.prompts:
        asked["suffix"] = None
    request = GenerateRequest(
        rid=uuid.uuid4().hex, **{"max_new_tokens": 16, "model": info, **asked}
    )
    async with aclosing(backend.stream(request)) as chunks:
        return [chunk async for chunk in chunks]


async def test_a_generation_comes_whole_in_pieces_with_an_end(backend: ModelCheckedBackend) -> None:
    chunks = await generated(backend)
    assert "".join(chunk.text for chunk in chunks) == "return first + second"
    assert [chunk.finish_reason for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert chunks[-1].finish_reason == "stop"
    assert chunks[-1].usage.completion_tokens == 4
    assert len(chunks) >= 4


async def test_a_limit_is_kept_and_told(backend: ModelCheckedBackend) -> None:
    chunks = await generated(backend, max_new_tokens=2)
    assert chunks[-1].finish_reason == "length"
    assert "".join(chunk.text for chunk in chunks) == "return first"


async def test_a_stop_string_ends_the_text_before_it(
    backend: ModelCheckedBackend, api: HostedApi
) -> None:
    """Whether or not the engine keeps to it, and however its pieces are cut."""
    api.pieces = ("a <", "sto", "p> b", " c")
    chunks = await generated(backend, stop=("<stop>",))
    assert "".join(chunk.text for chunk in chunks) == "a "
    assert chunks[-1].finish_reason == "stop"


async def test_leaving_ends_the_generation_in_the_engine(
    backend: ModelCheckedBackend, api: HostedApi
) -> None:
    api.pieces, api.pause_s = ["x"] * 1_000, 0.01
    info = await backend.model_info()
    request = GenerateRequest(rid="r", text="x", suffix=None, max_new_tokens=1_000, model=info)
    async with aclosing(backend.stream(request)) as chunks:
        await anext(chunks)
    for _ in range(200):
        if api.left:
            break
        await _soon()
    assert api.left == 1


async def test_reading_ahead_costs_at_most_a_token(
    backend: ModelCheckedBackend, api: HostedApi
) -> None:
    chunks = await generated(backend, max_new_tokens=0)
    assert not "".join(chunk.text for chunk in chunks)
    if (await backend.model_info()).can.warm_up == "none":
        assert not api.requests
    else:
        assert [body["max_tokens"] for body in api.bodies] == [1]


async def test_a_conversation_is_answered(backend: ModelCheckedBackend, api: HostedApi) -> None:
    said = (("system", "Be short."), ("user", "What is <｜fim▁hole｜>?"))
    chunks = await generated(backend, text=None, suffix=None, messages=said)
    assert "".join(chunk.text for chunk in chunks) == "return first + second"
    (body,) = api.bodies
    assert [each["role"] for each in body["messages"]] == ["system", "user"]
    assert "chat/completions" in api.paths[0]
    if api.kind == "deepseek":
        assert body["thinking"] == {"type": "disabled"}


async def test_a_completion_is_proposed(api: HostedApi) -> None:
    api.pieces = (" return ", "first + second")
    (made, *_) = await completed(api, "def add(first, second):\n    ", "\n")
    assert made.text == "return first + second"
    assert api.paths[0] == FIM.get(api.kind, "/v1/completions")


async def test_prompts_only_grow_at_their_end_while_one_types(api: HostedApi) -> None:
    """The held layout survives in text and in prefix and suffix."""
    settings = settings_of(api)
    service = CompletionService(backend=identified(engine_for(settings.engine)), settings=settings)
    before, after = "x = 1\n" * 40 + "def add(first, second):\n", "\n\nprint(add(1, 2))\n"
    api.pieces = ("y",)
    try:
        for end in range(1, len("    value = first + sec")):
            await service.complete(query(before + "    value = first + sec"[:end], after, end))
    finally:
        await service.aclose()
    prompts = [body["prompt"] for body in api.bodies if body["max_tokens"] > 1]
    if api.kind == "vllm":  # inside words, where the answer does not fit, the hold is dissolved
        held = prompts[0].partition("<|fim_middle|>")[0]
        prompts = [prompt for prompt in prompts if prompt.startswith(held)]
    assert len(prompts) >= 10
    for earlier, later in itertools.pairwise(prompts):
        assert later.startswith(earlier) or earlier.startswith(later)
    assert len({body.get("suffix") for body in api.bodies}) == 1


async def test_an_estimate_of_tokens_learns_from_what_the_engine_counts() -> None:
    """More of the budget is used where nobody has the tokenizer, and never more than that."""
    text = "".join(f"value_{number} = compute(first, {number})\n" for number in range(2_000))
    with HostedApi("deepseek") as api:  # a token has three characters there
        settings = settings_of(api, prefix_tokens=8_000)
        service = CompletionService(
            backend=identified(engine_for(settings.engine)), settings=settings
        )
        try:
            for version in range(2):
                await service.complete(query(text, "", version))
                service.forget("file:///a.py")
        finally:
            await service.aclose()
    first, second = (len(body["prompt"]) // 3 for body in api.bodies)
    assert first < second <= settings.prompt.prefix_tokens


async def test_what_does_not_begin_with_the_fragment_is_not_shown(api: HostedApi) -> None:
    """No such engine can be forced: what it writes freely counts only if it fits."""
    api.pieces = ("something else",)
    assert not await completed(api, "text = '' # a wor")
    api.pieces = (" word that ", "fits")
    made = await completed(api, "text = '' # a wor")
    assert [each.text for each in made] == ["d that fits"]


MARKS = ("<｜fim▁hole｜>", "<|fim_suffix|>", "<|endoftext|>", "[SUFFIX]", "<｜end▁of▁sentence｜>")


@pytest.mark.parametrize("mark", MARKS)
async def test_special_tokens_in_the_users_text_are_defused(api: HostedApi, mark: str) -> None:
    await completed(api, f"mark = '{mark}'\nname = ", f"  # {mark}\n")
    (body, *_) = api.bodies
    sent = str(body["prompt"]) + str(body.get("suffix") or "")
    template_has = {"<|fim_suffix|>": api.kind == "vllm"}
    assert sent.count(mark) == template_has.get(mark, False)


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/", "/beta", "/beta/completions"])
async def test_base_addresses_work_as_people_write_them(api: HostedApi, ending: str) -> None:
    if "beta" in ending and api.kind != "deepseek":
        pytest.skip("only DeepSeek's addresses end so")
    assert await completed(api, "def add(first, second):\n", url=api.url + ending)
    assert not [path for path in api.paths if "/v1/v1" in path or "/beta/beta" in path]


@pytest.mark.parametrize("kind", ["sglang", "llama-cpp"])
async def test_another_kind_of_engine_is_told_with_the_kind_to_set(
    api: HostedApi, kind: str
) -> None:
    with pytest.raises(BackendProtocolError) as caught:
        await completed(api, "x = ", kind=kind)
    assert f'set engine.kind to "{KINDS[api.kind]}"' in str(caught.value)
    assert "needs SGLang" not in str(caught.value)
    assert not api.requests


async def test_settings_that_need_probabilities_are_told_once_to_have_no_effect(
    api: HostedApi, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """vLLM tells how probable its tokens are, but names no others; the rest tell nothing."""
    caplog.set_level(logging.INFO, "fimls")
    missing_probabilities._say.cache_clear()
    limits = {"min_probability": 0.01, "reranking": True, "line_probability": 0.0}
    settings = settings_of(api, completion=limits)
    for _ in range(2):  # as settings change, or one more editor comes to a hub
        backend = identified(engine_for(settings.engine))
        service = CompletionService(backend=backend, settings=settings)
        for version in range(2):
            await service.complete(query("def add(first, second):\n", "", version))
        await service.aclose()
    (said,) = [each.getMessage() for each in caplog.records if "no effect" in each.getMessage()]
    assert "completion.reranking" in said
    assert ("completion.min_probability" in said) == (api.kind != "vllm")
    assert "line_probability" not in said


async def test_nothing_is_said_where_nothing_needs_probabilities(
    api: HostedApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "fimls")
    missing_probabilities._say.cache_clear()
    none = {"min_probability": 0.0, "reranking": False, "lines": "single"}
    await completed(api, "def add(first, second):\n", completion=none)
    assert "no effect" not in caplog.text


async def test_a_wrong_path_is_said_with_the_address_that_is_right(api: HostedApi) -> None:
    with pytest.raises(BackendProtocolError, match=r"set engine\.url to that") as caught:
        await completed(api, "x = ", url=api.url + "/elsewhere")
    assert f" does at {api.url}:" in str(caught.value)
    assert "engine.kind" not in str(caught.value)


ERRORS = {
    401: (BackendUnauthorised, "needs an API key"),
    402: (BackendUnpaid, "top it up"),
    404: (BackendProtocolError, "does not know the request"),
    422: (BackendRejected, "refuses the request"),
    429: (BackendBusy, "no room"),
    500: (BackendProtocolError, "see (its log|https://status)"),
    503: (BackendBusy, "no room"),
}


@pytest.mark.parametrize("status", ERRORS)
async def test_an_error_is_one_sentence_without_json_or_key(
    backend: ModelCheckedBackend, api: HostedApi, status: int
) -> None:
    kind, says = ERRORS[status]
    api.refusals = [Refusal(status, f'{{"secret": "{KEY}"}}')]
    with pytest.raises(kind, match=says) as caught:
        await generated(backend)
    sentence = str(caught.value)
    assert not any(mark in sentence for mark in (KEY, "{", '"', "Traceback", "SGLang"))
    assert sentence.endswith(".")


async def test_nothing_is_sent_before_the_engine_wants_it(
    backend: ModelCheckedBackend, api: HostedApi
) -> None:
    api.refusals = [Refusal(429, "Rate limit reached", retry_after="30")]
    with pytest.raises(BackendBusy):
        await generated(backend)
    for _ in range(3):
        with pytest.raises(BackendBusy, match=r"nothing is sent for (30|29) s"):
            await generated(backend)
    assert len(api.requests) == 1


async def test_a_model_that_is_retired_is_told_with_todays_names() -> None:
    with HostedApi("deepseek") as api:
        for name in ("deepseek-chat", "deepseek-coder", "deepseek-reasoner"):
            with pytest.raises(BackendProtocolError, match="deepseek-flash or deepseek-v4-pro"):
                await completed(api, "x = ", model=name)
        assert not api.requests


async def test_a_wrong_key_is_told_before_text_is_sent(
    api: HostedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.key = KEY
    with pytest.raises(BackendUnauthorised):
        await completed(api, "x = ")
    assert not api.requests
    monkeypatch.setenv("FIMLS_API_KEY", KEY)
    assert await completed(api, "def add(first, second):\n")


async def test_an_engine_that_is_gone_is_told_in_its_own_words(api: HostedApi) -> None:
    with pytest.raises(BackendUnreachable) as caught:
        await completed(api, "x = ", url="http://127.0.0.1:9")
    assert "SGLang" not in str(caught.value)
    assert "127.0.0.1:9" in str(caught.value)


async def test_nothing_that_is_asked_is_refused(api: HostedApi) -> None:
    """The scripted servers refuse fields that the real ones do not have, and no tokens."""
    settings = settings_of(api)
    service = CompletionService(backend=identified(engine_for(settings.engine)), settings=settings)
    before = "x = 1\n" * 3 + "def add(first, second):\n    "
    try:
        await service.warm(query(before).document, None)
        await service.complete(query(before, "\n"))
    except BackendError as error:
        pytest.fail(str(error))
    finally:
        await service.aclose()


async def _soon() -> None:
    await asyncio.sleep(0.02)
