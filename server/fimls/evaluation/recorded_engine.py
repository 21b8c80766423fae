"""What an engine wrote, kept in a file: rules can be tried on it again in seconds."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, cast

from fimls.backend.base import Backend, Chunk, GenerateRequest, ModelInfo, Token, Usage
from fimls.backend.capabilities import Capabilities
from fimls.completion.first_line import OTHERS
from fimls.evaluation.result_file import Records

_MODEL = "model"
"""The key of what the engine serves."""

_TURNS = 100
"""Of the event loop, that readers get to find that they have enough before more is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One answer, or what of it was asked for at once.

    Attributes:
        key: stands for the question, and for which part of its answer this is.
        answer: what came, as JSON values.
    """

    key: str
    answer: Any


class RecordedBackend:
    """Answers from a file; what is not there is asked once, and kept.

    An answer is kept as far as it is read. Whoever reads further later has it go on there, which
    is greedy decoding's own continuation, out of the engine's prefix cache.
    """

    def __init__(self, file: Path, inner: Backend) -> None:
        """Read what is there.

        Args:
            file: where the answers are.
            inner: the engine; it is not needed for what is there.

        Raises:
            FimlsError: the file cannot be used.
        """
        self._records = Records(file, {"recordings": 1}, Recording)
        self._inner = inner

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        """See `Backend.stream`."""
        key, tokens = _key(request), list[int]()
        for part in count():
            async with aclosing(self._part(_named(key, part), request, tuple(tokens))) as chunks:
                async for chunk in chunks:
                    tokens += (token.id for token in chunk.tokens)
                    yield replace(
                        chunk,
                        logprobs=chunk.logprobs if request.logprobs else (),
                        tokens=chunk.tokens if request.others else (),
                    )
                    if chunk.finish_reason:
                        return

    async def _part(
        self, key: str, request: GenerateRequest, before: tuple[int, ...]
    ) -> AsyncGenerator[Chunk, None]:
        """Yield what comes behind the tokens `before`; what the engine writes is kept."""
        if key in self._records:
            for kept in self._records[key].answer:
                await asyncio.sleep(0)  # readers read while it is generated
                yield _chunk(kept)
            return
        if before:
            for _ in range(_TURNS):
                await asyncio.sleep(0)  # who reads may have enough
        asked = replace(
            request,
            rid=uuid.uuid4().hex,
            input_ids=(*request.input_ids, *before),
            max_new_tokens=max(1, request.max_new_tokens - len(before)),
            regex=None if before else request.regex,
            others=max(request.others, OTHERS),
            logprobs=True,
        )
        answer = list[Chunk]()
        try:
            async with aclosing(self._inner.stream(asked)) as chunks:
                async for chunk in chunks:
                    answer.append(_behind(chunk, len(before)))
                    yield answer[-1]
        finally:
            self._keep(key, answer, "" if before else request.regex)

    def _keep(self, key: str, answer: list[Chunk], regex: str | None) -> None:
        """Keep what was read of an answer, up to where it can go on."""
        while answer and not (answer[-1].text or answer[-1].finish_reason):
            answer.pop()  # a part of a character
        text = "".join(chunk.text for chunk in answer)
        ended = bool(answer and answer[-1].finish_reason)
        # What a pattern asks for must be there: the continuation is asked for without it.
        if answer and (ended or not regex or re.fullmatch(regex, text)):
            self._records.add(Recording(key=key, answer=[asdict(chunk) for chunk in answer]))

    async def warm(self, request: GenerateRequest) -> Usage:
        """See `Backend.warm`; there is nothing to be read ahead."""
        return Usage(prompt_tokens=len(request.input_ids))

    async def model_info(self) -> ModelInfo:
        """See `Backend.model_info`."""
        if _MODEL not in self._records:
            info = await self._inner.model_info()
            self._records.add(Recording(key=_MODEL, answer=asdict(info)))
        kept = self._records[_MODEL].answer
        can: dict[str, Any] = {name: _tuples(value) for name, value in kept.get("can", {}).items()}
        told: dict[str, Any] = {name: _tuples(value) for name, value in kept.items()}
        told["can"] = Capabilities(**can)
        return ModelInfo(**told)

    async def healthy(self) -> bool:
        """See `Backend.healthy`."""
        return await self._inner.healthy()

    async def aclose(self) -> None:
        """See `Backend.aclose`."""
        await self._inner.aclose()


def _key(request: GenerateRequest) -> str:
    """Return what stands for all that decides the answer."""
    question = (
        *(list(request.input_ids), request.max_new_tokens, request.temperature),
        *(request.stop_token_ids, request.stop, request.regex),
        *filter(None, (request.text, request.suffix, request.messages)),
    )
    return hashlib.blake2b(json.dumps(question).encode(), digest_size=16).hexdigest()


def _named(key: str, part: int) -> str:
    return f"{key}.{part}" if part else key


def _behind(chunk: Chunk, tokens: int) -> Chunk:
    """Return a chunk as it would be if the tokens before it were a part of the same answer."""
    used = chunk.usage
    used = replace(
        used,
        prompt_tokens=used.prompt_tokens - tokens,
        completion_tokens=used.completion_tokens + tokens,
    )
    return replace(chunk, usage=used)


def _tuples(value: Any) -> Any:
    """Return what JSON made a list of as it was."""
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value


def _chunk(kept: dict[str, Any]) -> Chunk:
    return Chunk(
        text=kept["text"],
        usage=Usage(**kept["usage"]),
        finish_reason=kept["finish_reason"],
        logprobs=tuple((text, logprob) for text, logprob in kept["logprobs"]),
        tokens=tuple(map(_token, kept["tokens"])),
    )


def _token(kept: dict[str, Any]) -> Token:
    others = tuple(map(_token, kept["others"]))
    return Token(id=kept["id"], text=kept["text"], logprob=kept["logprob"], others=others)
