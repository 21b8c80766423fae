"""However keys, requests and tokens interleave, what is shown is for the text as it is then."""

from __future__ import annotations

import asyncio
import json
import tempfile
import zlib
from collections.abc import AsyncGenerator, Coroutine
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fimls.backend.base import Chunk, GenerateRequest, ModelInfo, Usage
from fimls.completion import CompletionService, Query
from fimls.completion.post_processing import post_process
from fimls.completion.surroundings import Surroundings
from fimls.engine.embedded import embedded_model_path
from fimls.lsp import create_server
from fimls.prompt import PromptTokenizer
from fimls.settings import Settings
from fimls.text import Document, Text
from support.wire import URI, Wire, cancel, opened

LETTERS = "ab (\n"


class Writer:
    """An engine whose answer says by its letters which text it is for; notes all of them."""

    def __init__(self, tokenizer: PromptTokenizer) -> None:
        self.tokenizer = tokenizer
        self.answers: list[tuple[str, str]] = []
        self.running = 0

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        prompt = self.tokenizer.decode(request.input_ids)
        held, middle = prompt.split("<｜fim▁end｜>")
        above = held.split("<｜fim▁begin｜>")[1].split("<｜fim▁hole｜>")[0]
        seed = zlib.crc32((above + middle).encode())
        answer = "".join(LETTERS[(seed >> shift) % len(LETTERS)] for shift in range(0, 24, 2))
        self.answers.append((above + middle, answer))
        self.running += 1
        try:
            for char in answer:
                await asyncio.sleep(0)
                yield Chunk(text=char, usage=Usage())
            yield Chunk(text="", usage=Usage(), finish_reason="stop")
        finally:
            self.running -= 1

    def said(self, before: str, shown: str) -> bool:
        """Whether what is shown is made of what some answer has behind the text before the cursor.

        It may be cut anywhere, and is shaped for that text.
        """
        text = Text.parse(before)
        document = Document(uri=URI, language_id="python", version=0, text=text)
        around = Surroundings.of(Query(document=document, cursor=text.end))
        rests = {
            (asked + answer)[len(before) :]
            for asked, answer in self.answers
            if (asked + answer).startswith(before) and before.startswith(asked[: len(before)])
        }
        return any(
            post_process(rest[:length], around).suggestion.text == shown
            for rest in rests
            for length in range(len(rest) + 1)
        )

    async def warm(self, request: GenerateRequest) -> Usage:
        return Usage()

    async def model_info(self) -> ModelInfo:
        return ModelInfo(model_path="toy", tokenizer_path="toy", context_length=None)

    async def healthy(self) -> bool:
        return True

    async def aclose(self) -> None: ...


class Editor(Wire):
    """Types at the end of a document; checks each answer the moment it is sent."""

    def open(self, backend: Writer) -> None:
        self.backend = backend
        self.text, self.version = "x = 1\n", 1
        self.asked: dict[int, tuple[int, str]] = {}
        self.shown = ""
        self.wrong: list[str] = []
        self.send(opened(self.text))

    def write(self, data: bytes) -> Coroutine[Any, Any, None]:
        """Check at once: what is awaited may come after the next message."""
        self.check(json.loads(data.partition(b"\r\n\r\n")[2]))
        return super().write(data)

    def check(self, message: dict[str, Any]) -> None:
        items = (message.get("result") or {}).get("items") if "id" in message else None
        if message.get("id") not in getattr(self, "asked", {}) or not items:
            return
        version, before = self.asked[message["id"]]
        document = self.server.documents.get(URI)
        here, text = position(before), items[0]["insertText"]
        # An exception here would stay inside the server.
        if document is None or document.version != version:
            self.wrong.append(f"{text!r} is for version {version}, which is no more")
        if items[0]["range"] != {"start": here, "end": here}:
            self.wrong.append(f"{text!r} is for {items[0]['range']}, not for {here}")
        if not self.backend.said(before, text):
            self.wrong.append(f"{text!r} was never generated behind {before!r}")
        self.shown = items[0]["insertText"] if version == self.version else ""

    def change(self, keep: int, new: str) -> None:
        start, end = position(self.text[:keep]), position(self.text)
        self.version += 1
        self.text = self.text[:keep] + new
        self.shown = self.shown[len(new) :] if self.shown.startswith(new) else ""
        change = {"range": {"start": start, "end": end}, "text": new}
        params = {
            "textDocument": {"uri": URI, "version": self.version},
            "contentChanges": [change],
        }
        self.send({"method": "textDocument/didChange", "params": params})

    def ask_here(self) -> dict[str, Any]:
        request = self.completion(**position(self.text))
        self.asked[request["id"]] = (self.version, self.text)
        self.send(request)
        return request


def position(text: str) -> dict[str, int]:
    return {"line": text.count("\n"), "character": len(text) - text.rfind("\n") - 1}


KEYS = st.one_of(
    st.tuples(st.sampled_from(["type", "type silently", "other"]), st.sampled_from(LETTERS)),
    st.tuples(st.just("through"), st.integers(1, 4)),
    st.tuples(st.just("erase"), st.integers(1, 3)),
    st.tuples(st.sampled_from(["ask", "cancel"]), st.none()),
)
"""``other`` puts another letter in the place of the last one; those that end so ask for nothing."""

TICKS = st.sampled_from([0, 0, 1, 3, 10, 100])
"""Steps of the event loop before the next key: from none to enough for a whole answer."""

STEPS = st.lists(st.tuples(KEYS, TICKS), min_size=5, max_size=60)


async def act(editor: Editor, steps: list[tuple[tuple[str, Any], int]]) -> None:
    requests = [editor.ask_here()]
    await editor.answer(requests[0])
    for (kind, value), ticks in steps:
        if kind in ("type", "type silently"):
            editor.change(len(editor.text), value)
        elif kind == "other":
            editor.change(len(editor.text) - 1, value)
        elif kind == "through" and editor.shown:
            editor.change(len(editor.text), editor.shown[:value])
        elif kind == "erase":
            editor.change(max(6, len(editor.text) - value), "")
        elif kind == "cancel":
            editor.send(cancel(requests[-1]))
        if kind in ("ask", "type", "other", "through"):
            requests.append(editor.ask_here())
        for _ in range(ticks):
            await asyncio.sleep(0)
    for request in requests:
        await editor.answer(request)


@pytest.fixture(scope="module")
def tokenizer() -> PromptTokenizer:
    return PromptTokenizer.load(str(embedded_model_path()))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_what_is_shown_is_for_the_text_as_it_is(
    tokenizer: PromptTokenizer, steps: list[tuple[tuple[str, Any], int]]
) -> None:
    backend = Writer(tokenizer)

    def service(settings: Settings) -> CompletionService:
        return CompletionService(
            backend=backend, settings=settings, load_tokenizer=lambda _: tokenizer
        )

    async def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            server = create_server(service_factory=service, user_file=Path(folder) / "fimls.toml")
            async with Editor(server) as editor:
                await editor.start({"prompt": {"warm_up": False}})
                editor.open(backend)
                await act(editor, steps)
            assert not editor.wrong
        assert not backend.running
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        assert not left

    asyncio.run(run())
