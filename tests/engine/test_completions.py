"""The main job against the real engine: an editor types, SGLang answers, the cache is used."""

from __future__ import annotations

import asyncio
import json
import random
import urllib.request
from collections.abc import AsyncGenerator
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio

from fimls.backend.base import GenerateRequest
from fimls.backend.factory import engine_for
from fimls.completion.served_model import load_served_model
from fimls.engine.embedded import embedded_model_path
from fimls.lsp.editor_client import EditorClient, Shown
from fimls.prompt import PromptBuilder, PromptTokenizer, choose_template
from fimls.settings import Layer, ModelSettings, resolve
from fimls.text import Point
from support.real_engines import RealEngine, until_busy

pytestmark = pytest.mark.engine

OPENED = "".join(
    f"def scale_{n}(value, factor):\n    result = value * factor + {n}\n    return result\n\n\n"
    for n in range(12)
)


@pytest_asyncio.fixture
async def editor(serving: RealEngine) -> AsyncGenerator[EditorClient, None]:
    # Each request is one that the engine sees: tests/engine/test_reuse.py has the others.
    options = {"engine": serving.settings, "completion": {"reuse": False}}
    async with EditorClient.start(options) as client:
        client.open("file:///first.py", "python", "for item in ", Point(0, 12))
        await patiently(client)  # a real model's tokenizer takes seconds
        yield client


async def patiently(editor: EditorClient) -> Shown:
    """Return what is shown, also where a machine takes longer to read than an editor waits."""
    async with asyncio.timeout(200):
        while (shown := await editor.complete()) is None:
            await asyncio.sleep(0.2)
    return shown


async def test_typing_gets_completions_and_the_cache_grows(editor: EditorClient) -> None:
    """Each prompt shares all but its end with the one before it, and the engine says so."""
    tag = f"class Typed{random.randrange(10**9)}:\n    pass\n\n\n"  # no other run's cache
    editor.open("file:///typed.py", "python", tag + OPENED, Point(4 + 60, 0))
    usages: list[dict[str, int]] = []
    for piece in ("def scale_12(", "value, ", "factor):\n", "    result = ", "value * ", "fac"):
        editor.type(piece)
        shown = await editor.complete()
        if shown is not None:
            usages.append(dict(shown.usage))

    assert len(usages) >= 4
    cached = [usage["cachedTokens"] for usage in usages]
    assert cached[-1] > cached[0]
    for before, after in pairwise(usages):
        # All that stood before the cursor then is still there: only the tail is read again.
        assert after["cachedTokens"] >= 0.5 * before["promptTokens"]


async def test_a_resting_cursor_has_the_first_completion_read_ahead(
    editor: EditorClient, serving: RealEngine
) -> None:
    """What is read ahead, the first completion there finds in the cache, all but what is typed."""
    tag = f"class Warm{random.randrange(10**9)}:\n    pass\n\n\n"  # no other run's cache
    editor.open("file:///warm.py", "python", tag + OPENED, Point(0, 0))
    editor.rest(Point(4 + 5 * 8, 0))
    await asyncio.sleep(3)  # the pause after which it begins, and more than it takes
    await until_busy(serving, 0)
    editor.type("def scale(")
    shown = await editor.complete()
    assert shown is not None
    usage = shown.usage
    assert usage["promptTokens"] - usage["cachedTokens"] <= 4


SENSIBLE = {
    "the `for` header": ("def first(items):\n    result = []\n    for item ", "in items:"),
    "a name from above": ("def first(items):\n    result = []\n    for item in ", "items:"),
    "an open bracket": (
        "def first(items):\n    result = []\n    for item in items:\n        result.append(",
        "item)",
    ),
    "inside a word": (
        OPENED + "def scale_12(value, factor):\n    result = value * factor + 12\n    ret",
        "urn result",
    ),
}


@pytest.mark.parametrize("what", SENSIBLE)
async def test_it_does_something_sensible(
    editor: EditorClient, serving: RealEngine, what: str
) -> None:
    """Weak as it is, the embedded model closes and repeats what stands above."""
    text, expected = SENSIBLE[what]
    opened, _, line = text.rpartition("\n")
    editor.open("file:///sensible.py", "python", opened + "\n", Point(opened.count("\n") + 1, 0))
    editor.type(line)

    shown = await patiently(editor)

    if serving.program == "sglang":
        assert shown.text.split("\n")[0] == expected
    else:  # a real model may say it in its own way
        assert shown.text.startswith(expected[:2])


async def test_a_cancelled_request_leaves_nothing_running(serving: RealEngine) -> None:
    settings, _ = resolve([Layer(name="test", values={"engine": serving.settings})])
    backend = engine_for(settings.engine)
    served = await load_served_model(backend, ModelSettings(), PromptTokenizer.load)
    request = GenerateRequest(
        rid="cancelled-request",
        input_ids=served.builder.build("values = [1, 2, 3, ", "").input_ids,
        max_new_tokens=1_900,
        regex=r"[0-9 ,]{1900,}",  # it may not end by itself
    )
    started = asyncio.Event()

    async def read() -> None:
        async for _ in backend.stream(request):
            started.set()

    task = asyncio.create_task(read())
    await asyncio.wait_for(started.wait(), 60)
    await until_busy(serving, 1)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await until_busy(serving, 0)
    await backend.aclose()


async def test_awkward_text_is_completed_and_its_prompt_decodes_back(
    editor: EditorClient, serving: RealEngine
) -> None:
    text = "a = '<｜fim▁hole｜> 😀'\r\n\x0cdef f(first, second):\r\n    return fir"
    editor.open("file:///awkward.py", "python", text, Point(2, 14))

    await editor.complete()

    if serving.program != "sglang":
        return  # what follows asks SGLang how it counts
    tokenizer = PromptTokenizer.load(str(embedded_model_path()))
    template = choose_template("auto", model="embedded", has_token=tokenizer.has_token)
    ids = PromptBuilder(template, tokenizer).build(text, "").input_ids
    assert ids.count(tokenizer.token_id("<｜fim▁hole｜>")) == 1
    told = post(serving.url + "/generate", {"input_ids": list(ids), "sampling_params": {
        "max_new_tokens": 1}})  # fmt: skip
    assert told["meta_info"]["prompt_tokens"] == len(ids)
    decoded = tokenizer.decode(ids)
    assert decoded.replace("<｜begin▁of▁sentence｜><｜fim▁begin｜>", "", 1).startswith(text)


def post(url: str, body: dict[str, Any]) -> dict[str, Any]:
    data = json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)
