"""What an engine wrote, kept in a file in full: rules can be tried on it again in seconds."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from fimls.backend.base import Backend, Chunk, GenerateRequest, ModelInfo, Token, Usage
from fimls.completion.line import OTHERS
from fimls.evaluation.records import Records

_MODEL = "model"
"""The key of what the engine serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One answer.

    Attributes:
        key: stands for the question.
        answer: what came, as JSON values.
    """

    key: str
    answer: Any


class RecordedBackend:
    """Answers from a file; what is not there is asked once, to its end, and kept.

    An answer goes on to where the model ends it, or the number of tokens does, also when nobody
    reads that far: where others would stop reading, later, is no new question.
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
        key = _key(request)
        if key not in self._records:
            whole = replace(request, others=max(request.others, OTHERS), logprobs=True)
            async with aclosing(self._inner.stream(whole)) as chunks:
                answer = [asdict(chunk) async for chunk in chunks]
            self._records.add(Recording(key=key, answer=answer))
        for kept in self._records[key].answer:
            await asyncio.sleep(0)  # readers read while it is generated
            chunk = _chunk(kept)
            yield replace(
                chunk,
                logprobs=chunk.logprobs if request.logprobs else (),
                tokens=chunk.tokens if request.others else (),
            )

    async def warm(self, request: GenerateRequest) -> Usage:
        """See `Backend.warm`; there is nothing to be read ahead."""
        return Usage(prompt_tokens=len(request.input_ids))

    async def model_info(self) -> ModelInfo:
        """See `Backend.model_info`."""
        if _MODEL not in self._records:
            info = await self._inner.model_info()
            self._records.add(Recording(key=_MODEL, answer=asdict(info)))
        return ModelInfo(**self._records[_MODEL].answer)

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
    )
    return hashlib.blake2b(json.dumps(question).encode(), digest_size=16).hexdigest()


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
