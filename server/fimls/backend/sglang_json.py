"""The JSON of ``/generate``: the body that is sent, and events that become chunks.

Source: SGLang 0.5.23, ``managers/io_struct.py`` (GenerateReqInput),
``sampling/sampling_params.py`` and ``managers/tokenizer_manager.py``.
"""

from __future__ import annotations

import dataclasses
import functools
import logging
import math
from collections.abc import Sequence
from typing import Any, NoReturn, TypeAlias, cast

import orjson

from fimls.backend.answer_bounds import AnswerBounds
from fimls.backend.base import Chunk, GenerateRequest, Token, Usage
from fimls.backend.error_messages import engine_message, from_status, not_sglang
from fimls.text import without_surrogates

_NOT_AS_IT_SHOULD_BE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What reading an event raises that is not SGLang's."""
_MOST_TOKENS = 2**31
"""More than any engine counts."""
_NOTHING = Usage()

logger = logging.getLogger(__name__)

_Entry: TypeAlias = tuple[float, int, str | None]
"""Logarithm of the probability, id and text of a token."""

_MOST_NAMED = 500
"""Characters of each name that an answer has of who wrote it."""

DONE = "[DONE]"
"""The data of the event after the last."""


def generate_body(request: GenerateRequest) -> bytes:
    """Return the JSON of a streamed ``/generate``; what is not asked for is left out."""
    sampling: dict[str, Any] = {
        "max_new_tokens": request.max_new_tokens,
        "temperature": request.temperature,
        "skip_special_tokens": True,
    }
    if request.stop:
        sampling["stop"] = list(request.stop)
    if request.stop_token_ids:
        sampling["stop_token_ids"] = list(request.stop_token_ids)
    if request.regex is not None:
        sampling["regex"] = without_surrogates(request.regex)
    body: dict[str, Any] = {
        "rid": request.rid,
        "input_ids": request.input_ids,
        "sampling_params": sampling,
        "stream": True,
        "no_logs": True,  # the prompt is somebody's source text
    }
    if request.logprobs or request.others:
        body["return_logprob"] = body["return_text_in_logprobs"] = True
    if request.others:
        body["top_logprobs_num"] = request.others + 1  # the generated one is among them
    if request.extra_key is not None:
        body["extra_key"] = request.extra_key
    if request.priority is not None:
        body["priority"] = request.priority
    if request.rank is not None:
        body["routed_dp_rank"] = request.rank
    # orjson 3.13 holds on to half a megabyte for twelve thousand bytes; a copy takes what it is.
    return bytes(memoryview(orjson.dumps(body)))


def abort_body(rid: str) -> bytes:
    """Return the JSON of an ``/abort_request``."""
    return orjson.dumps({"rid": rid})


def counted(
    *, prompt: object, cached: object, completion: object, before: Usage = _NOTHING
) -> Usage:
    """Return an engine's counts, where they cannot be as they can be nearest to that.

    Sums are made of them, which must neither shrink nor burst; no answer hangs on them.

    Args:
        prompt: tokens of it; of this and the others what is no number counts for nothing.
        cached: those of them that came from its cache.
        completion: tokens that were generated.
        before: what counts where the engine says nothing.
    """
    prompt = _number(prompt, before.prompt_tokens)
    cached = _number(cached, before.cached_tokens)
    completion = _number(completion, before.completion_tokens)
    if not (0 <= cached <= prompt <= _MOST_TOKENS and 0 <= completion <= _MOST_TOKENS):
        _warn_of_counts()
        prompt = min(max(prompt, 0), _MOST_TOKENS)
        cached = min(max(cached, 0), prompt)
        completion = min(max(completion, 0), _MOST_TOKENS)
    return Usage(prompt_tokens=prompt, cached_tokens=cached, completion_tokens=completion)


def _number(said: object, otherwise: int) -> int:
    """Return a count of what no answer hangs on, or another number where it is none."""
    if said is None or type(said) is int:
        return otherwise if said is None else said
    _warn_of_counts()
    return int(said) if isinstance(said, float) and math.isfinite(said) else otherwise


@functools.cache
def _warn_of_counts() -> None:
    """Say it once in the life of a process: such an engine miscounts in each answer."""
    logger.warning(
        "The engine reports impossible numbers of tokens: figures of its cache are wrong."
    )


def is_whole(event: str) -> bool:
    """Whether an event that was cut off lacks nothing."""
    try:
        orjson.loads(event)
    except ValueError:
        return False
    return True


class Answer:
    """The answer to one request, as its events come in.

    Attributes:
        begun: whether the engine may have the request.
        ended: whether the engine has said that it is done with the request, well or not.
        finished: whether it has said so well: the last chunk has been returned.
    """

    def __init__(self, request: GenerateRequest, url: str) -> None:
        """`url` is for error messages."""
        self._stop = request.stop
        self._bounds = AnswerBounds(request, url)
        self._most_others = request.others + 1
        self._wants_logprobs, self._wants_others = request.logprobs, bool(request.others)
        self._url = url
        self._text = ""
        self._given = 0
        self._usage = Usage()
        self._logprobs = 0
        self.begun = False
        self.ended = False
        self.finished = False

    def begin(self) -> None:
        """Take note that the engine may have the request."""
        self.begun = True

    def take(self, event: str) -> Chunk:
        """Return what an event adds.

        Raises:
            BackendError: the event reports an error, or is not SGLang's.
        """
        try:
            return self._take(orjson.loads(event))
        except _NOT_AS_IT_SHOULD_BE as error:
            raise not_sglang(self._url, "an event has no text and meta_info") from error

    def _take(self, fields: dict[str, Any]) -> Chunk:
        if "error" in fields:
            self._fail(fields["error"])
        meta: dict[str, Any] = fields["meta_info"]
        reason: dict[str, Any] | None = meta.get("finish_reason")
        if reason is not None and (reason.get("status_code") or 0) >= 400:
            self._fail(reason)
        had = len(self._text)
        self._grow(fields, meta)
        tokens = self._new_tokens(meta)
        said = tokens
        if tokens and reason is not None and reason.get("matched") == tokens[-1].id:
            said = tokens[:-1]  # a stop token is no text
        chunk = Chunk(
            text=self._release(reason, more=len(self._text) > had),
            usage=self._usage,
            finish_reason=None if reason is None else str(reason["type"]),
            logprobs=tuple((token.text, token.logprob) for token in said)
            if self._wants_logprobs
            else (),
            tokens=tokens if self._wants_others else (),
            served_by=_names(fields.get("model"), meta.get("weight_version")),
        )
        self.ended = self.finished = reason is not None
        return chunk

    def _fail(self, error: Any) -> NoReturn:
        table = cast("dict[str, Any]", error if isinstance(error, dict) else {"message": error})
        code = table.get("code") or table.get("status_code")
        self.ended = True
        code = code if isinstance(code, int) else 500
        raise from_status(code, engine_message(table), self._url)

    def _grow(self, fields: dict[str, Any], meta: dict[str, Any]) -> None:
        """Add an event's text, which is all text so far or, as the engine was started, the new.

        ``output_ids`` come the same way as the text, and ``completion_tokens`` counts all of them:
        more ids than there are new tokens means all so far.
        """
        before = self._usage.completion_tokens
        self._usage = counted(
            prompt=meta.get("prompt_tokens"),
            cached=meta.get("cached_tokens"),
            completion=meta.get("completion_tokens"),
            before=self._usage,
        )
        host = 0
        match meta.get("cached_tokens_details"):
            case {"host": said}:
                host = min(max(0, _number(said, 0)), self._usage.cached_tokens)
            case _:
                pass
        self._usage = dataclasses.replace(self._usage, host_tokens=host)
        text = fields["text"]
        if not isinstance(text, str):
            raise TypeError("text")
        ids = cast("Sequence[int]", fields.get("output_ids") or ())
        if len(ids) > self._usage.completion_tokens - before:
            if not text.startswith(self._text):
                raise not_sglang(self._url, "it takes back text that it has sent")
            self._text = text
        else:
            self._text += text
        self._bounds.check(characters=len(self._text))

    def _new_tokens(self, meta: dict[str, Any]) -> tuple[Token, ...]:
        """Return the tokens that were not returned yet, where their probabilities are told."""
        entries = cast("list[_Entry]", meta.get("output_token_logprobs") or [])
        tops = cast("list[list[_Entry]]", meta.get("output_top_logprobs") or [])
        # All so far, or as the engine was started the new: as many as are counted, or fewer.
        if len(entries) > self._usage.completion_tokens - self._logprobs:
            entries, tops = entries[self._logprobs :], tops[self._logprobs :]
        self._logprobs += len(entries)
        self._bounds.check(tokens=self._logprobs)
        tokens: list[Token] = []
        for number, entry in enumerate(entries):
            top = (tops[number] if number < len(tops) else None) or ()
            top = top[: self._most_others]
            others = tuple(_token(other) for other in top if other[1] != entry[1])
            tokens.append(_token(entry, others))
        return tuple(tokens)

    def _release(self, reason: dict[str, Any] | None, *, more: bool) -> str:
        """Return text that is sure to stand before any stop string.

        The engine cuts a stop string off when it is complete, but has by then sent the tokens that
        it begins with. So what may be its beginning is kept back until more is known. Where the
        last event adds `more` text, nothing of the stop string was sent before.
        """
        stops = self._stop
        if reason is not None:
            matched = reason.get("matched")
            stops = (matched,) if isinstance(matched, str) and not more else ()
        kept = max((_overlap(self._text, stop) for stop in stops), default=0)
        end = max(self._given, len(self._text) - kept)
        text, self._given = self._text[self._given : end], end
        return text


def _names(*said: object) -> str:
    return " ".join(name[:_MOST_NAMED] for name in said if isinstance(name, str))


def _token(entry: _Entry, others: tuple[Token, ...] = ()) -> Token:
    logprob, id_, text = cast("tuple[float, int, object]", entry)
    if text is not None and not isinstance(text, str):
        raise TypeError("text")
    # What is more than certain would burst the products of probabilities.
    return Token(id=int(id_), text=text or "", logprob=min(float(logprob), 0.0), others=others)


def _overlap(text: str, stop: str) -> int:
    """Return how many characters at the end of text begin stop, but are not all of it."""
    longest = min(len(stop) - 1, len(text))
    return next((n for n in range(longest, 0, -1) if text.endswith(stop[:n])), 0)
