"""A prompt as a request to the engine, in whatever form it is."""

from __future__ import annotations

from typing import Any

from fimls.backend.base import GenerateRequest
from fimls.prompt import Prompt


def request_for(prompt: Prompt, **fields: Any) -> GenerateRequest:
    """Return the request for a prompt; `fields` are the other ones of `GenerateRequest`."""
    return GenerateRequest(
        input_ids=prompt.input_ids,
        text=prompt.text,
        suffix=prompt.suffix,
        stop_token_ids=prompt.stop_token_ids,
        stop=prompt.stop,
        **fields,
    )
