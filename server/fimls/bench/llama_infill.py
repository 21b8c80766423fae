"""llama.cpp's own fill-in-the-middle call, in the shape in which llama.vim sends it.

Source: llama.cpp b11669, ``tools/server/README.md``, POST ``/infill``; llama.vim's documented
defaults (``n_prefix`` 256 lines, ``n_suffix`` 64 lines, what stands on the line as ``prompt``).
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
    lines, cursor = query.document.text.lines, query.cursor
    line = lines[cursor.line]
    body: dict[str, Any] = {
        "input_prefix": "".join(lines[max(0, cursor.line - _LINES_ABOVE) : cursor.line]),
        "prompt": line[: cursor.column],
        "input_suffix": line[cursor.column :]
        + "".join(lines[cursor.line + 1 : cursor.line + 1 + _LINES_BELOW]),
        "input_extra": [],
        "top_k": 40,
        "top_p": 0.9,
        "samplers": ["top_k", "top_p", "infill"],
    }
    request = GenerateRequest(
        rid=uuid.uuid4().hex,
        text=f"{body['input_prefix']}{body['prompt']}",
        max_new_tokens=1,
        extra_key=namespace,
    )
    return backend.posted("infill", request, body)
