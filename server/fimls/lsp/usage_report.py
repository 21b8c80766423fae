"""What a completion cost, told to clients that want to know: counts and times, never text.

The notification ``$/fimls/usage`` goes out before the completion's answer, to clients that declare
``{"experimental": {"fimls": {"usage": true}}}``.
"""

from __future__ import annotations

from fimls.completion import Completion

USAGE_NOTIFICATION = "$/fimls/usage"

CLIENT_CAPABILITY = {"fimls": {"usage": True}}
"""The value of ``capabilities.experimental`` of a client that wants the notification."""


def usage_params(
    completion: Completion, *, answer_ms: float
) -> dict[str, int | float | str | None]:
    """Return the notification's parameters; names carry the units.

    ``answerMs`` is the time that the request took inside the server. ``source`` says whether the
    engine was asked for it (``engine``), was already generating it (``running``), or had before
    (``memory``); all other parameters are of that generation.
    """
    usage, timing = completion.usage, completion.timing
    return {
        "promptTokens": usage.prompt_tokens,
        "cachedTokens": usage.cached_tokens,
        "completionTokens": usage.completion_tokens,
        "firstTokenMs": timing.first_token_ms,
        "totalMs": timing.total_ms,
        "answerMs": answer_ms,
        "source": completion.source,
    }
