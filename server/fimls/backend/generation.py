"""SGLang's ``/generate``: the body that is sent, and the chunks in the events that come back.

Facts from SGLang 0.5.23, ``srt/managers/io_struct.py`` and ``srt/managers/tokenizer_manager.py``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from fimls.backend.base import Chunk, GenerateRequest, Usage
from fimls.backend.mapping import error_for_status, message_in, parse_object
from fimls.errors import BackendProtocolError


def body(request: GenerateRequest) -> dict[str, Any]:
    """Return the JSON that asks for a streamed generation."""
    sampling: dict[str, Any] = {
        "max_new_tokens": request.max_new_tokens,
        "temperature": request.temperature,
    }
    if request.stop:
        sampling["stop"] = list(request.stop)
    if request.stop_token_ids:
        sampling["stop_token_ids"] = list(request.stop_token_ids)
    if request.regex is not None:
        sampling["regex"] = request.regex
    result: dict[str, Any] = {
        "rid": request.rid,
        "input_ids": list(request.input_ids),
        "stream": True,
        "sampling_params": sampling,
    }
    if request.extra_key is not None:
        result["extra_key"] = request.extra_key
    if request.priority is not None:
        result["priority"] = request.priority
    return result


class GenerationReader:
    """Reads the events of one generation, in order.

    An event normally repeats the whole text so far; an engine that was started with
    ``--incremental-streaming-output`` sends only what is new. Every event tells which: it lists as
    many ``output_ids`` as there are ``completion_tokens``, or fewer.
    """

    def __init__(self, url: str, stop: Sequence[str] = ()) -> None:
        """`url` is for messages; `stop` are the strings before which the generation ends."""
        self._url = url
        self._stop = stop
        self._text = ""
        self._given = 0

    def read(self, event: str) -> Chunk:
        """Return what is new in this event.

        Raises:
            BackendError: the event is an error, or is not one of SGLang's.
        """
        data = parse_object(self._url, event)
        if "error" in data:
            raise error_for_status(self._url, _code(data["error"]), message_in(event))
        meta, text, ids = data.get("meta_info"), data.get("text"), data.get("output_ids")
        if not isinstance(meta, dict) or not isinstance(text, str):
            raise BackendProtocolError(
                f"{self._url} does not answer as SGLang's /generate does: check engine.url."
            )
        meta = cast("Mapping[str, Any]", meta)
        usage = Usage(
            prompt_tokens=_count(meta, "prompt_tokens"),
            cached_tokens=_count(meta, "cached_tokens"),
            completion_tokens=_count(meta, "completion_tokens"),
        )
        reason = self._finish_reason(meta.get("finish_reason"))
        if reason == "abort":
            # Whole even where the others are not; and nobody waits for an aborted text.
            return Chunk(text="", usage=usage, finish_reason=reason)
        new_only = isinstance(ids, list) and len(cast("list[int]", ids)) < usage.completion_tokens
        self._text = self._text + text if new_only else text
        return Chunk(text=self._take(last=reason is not None), usage=usage, finish_reason=reason)

    def _take(self, *, last: bool) -> str:
        """Return the text not given yet, except what may become a stop string: SGLang cuts it."""
        end = len(self._text)
        if not last:
            end -= max((_overlap(self._text, stop) for stop in self._stop), default=0)
        new = self._text[self._given : end]
        self._given += len(new)
        return new

    def _finish_reason(self, reason: object) -> str | None:
        if reason is None or isinstance(reason, str):
            return reason
        table = cast("Mapping[str, Any]", reason if isinstance(reason, dict) else {})
        kind, status = table.get("type"), table.get("status_code")
        if not isinstance(kind, str):
            raise BackendProtocolError(
                f"{self._url} ends a generation without a reason: check its version of SGLang."
            )
        if kind == "abort" and isinstance(status, int) and status >= 400:
            raise error_for_status(self._url, status, message_in(json.dumps(table)))
        return kind


def _overlap(text: str, stop: str) -> int:
    """Return how many characters at the end of text are the start of stop."""
    lengths = range(min(len(stop) - 1, len(text)), 0, -1)
    return next((n for n in lengths if text.endswith(stop[:n])), 0)


def _count(meta: Mapping[str, Any], key: str) -> int:
    value = meta.get(key)
    return value if isinstance(value, int) else 0


def _code(error: object) -> int:
    code = cast("Mapping[str, Any]", error).get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 400
