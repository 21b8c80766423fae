"""llama.cpp's own fill-in-the-middle call, in the shape in which llama.vim sends it.

Sources: llama.cpp b11669, ``tools/server/README.md``, POST ``/infill``; llama.vim a1c8e6e
(2026-01-31), ``autoload/llama.vim``: `llama#fim` and its default configuration. Its ring of chunks
of other places is empty here, as in an editor that was just opened.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator
from typing import Any

from fimls.backend.adapters.llama_cpp import LlamaCppBackend
from fimls.backend.base import Chunk, GenerateRequest
from fimls.completion import Query

_LINES_ABOVE = 256
_LINES_BELOW = 64


def infill(backend: LlamaCppBackend, query: Query, namespace: str) -> AsyncGenerator[Chunk, None]:
    """Ask for one token at a query's cursor, in the cache that this namespace has."""
    lines, cursor = [line.rstrip("\r\n") for line in query.document.text.lines], query.cursor
    line = lines[cursor.line]
    before, behind = line[: cursor.column], line[cursor.column :]
    if not line.strip():  # it completes a blank line from its beginning
        before = behind = ""
    above = lines[max(0, cursor.line - _LINES_ABOVE) : cursor.line]
    below = lines[cursor.line + 1 : cursor.line + 1 + _LINES_BELOW]
    body: dict[str, Any] = {
        "input_prefix": "\n".join(above) + "\n",
        "prompt": before,
        "input_suffix": f"{behind}\n" + "\n".join(below) + "\n",
        "input_extra": [],
        "n_indent": len(line) - len(line.lstrip()) if line.strip() else 0,
        "top_k": 40,
        "top_p": 0.9,
        "samplers": ["top_k", "top_p", "infill"],
        "t_max_prompt_ms": 500,
        "t_max_predict_ms": 250,
    }
    request = GenerateRequest(
        rid=uuid.uuid4().hex,
        text=f"{body['input_prefix']}{body['prompt']}",
        max_new_tokens=1,
        extra_key=namespace,
    )
    return backend.posted("infill", request, body)
