"""A request as an engine can take it: what it cannot do is left out."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fimls.backend.base import GenerateRequest
    from fimls.backend.capabilities import Capabilities


def fitted(request: GenerateRequest, can: Capabilities) -> GenerateRequest:
    """Return the request without what an engine would refuse, or would read as something else."""
    most = can.most_new_tokens
    return dataclasses.replace(
        request,
        max_new_tokens=min(request.max_new_tokens, most or request.max_new_tokens),
        stop=request.stop[: can.most_stops],
        logprobs=request.logprobs and can.logprobs,
        others=request.others if can.alternatives else 0,
        regex=None if can.constraint == "none" else request.regex,
    )
