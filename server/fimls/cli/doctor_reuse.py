"""What a key costs at an engine: measured, as an engine's name does not tell."""

from __future__ import annotations

import uuid
from contextlib import aclosing

from fimls.backend.base import Backend, GenerateRequest, Usage
from fimls.cli.check_result import CheckResult
from fimls.completion.served_model import ServedModel
from fimls.prompt import Prompt

_FEW = 8
"""New tokens that a key may cost without anybody noticing."""
_LINES = 60
"""Of the prompt: some 600 tokens, more than the pages of any engine."""


async def reuse(backend: Backend, served: ServedModel) -> CheckResult:
    """Send one prompt twice, then with a little more at its end; returns what the cache kept.

    Raises:
        BackendError: the engine does not answer.
    """
    can = served.info.can
    if can.warm_up == "none":
        return _result("ok", "not measured: tokens cost money there")
    if not can.cache_report:
        return _result("note", "the engine does not say what it reuses")
    tag = uuid.uuid4().hex
    lines = "".join(f"def scale_{n}(value):\n    return value * {n}\n\n" for n in range(_LINES))
    prompt = served.builder.build(f"# {tag}\n{lines}", "\n")
    await _ask(backend, served, prompt)
    again = await _ask(backend, served, prompt)
    more = await _ask(backend, served, served.builder.extended(prompt, "total = "))
    new = max(usage.prompt_tokens - usage.cached_tokens for usage in (again, more))
    says = f"{new:,} of {more.prompt_tokens:,} tokens are read anew for a key"
    if not again.cached_tokens:
        return _result(
            "note",
            f"{says}: nothing of a prompt is kept",
            "switch its prefix cache on (SGLang: start it without --disable-radix-cache; vLLM: with"
            " --enable-prefix-caching and --enable-prompt-tokens-details), or serve a model that is"
            " not a hybrid one: those do not keep prompts token by token.",
        )
    if new > _FEW:
        return _result(
            "note",
            f"{says}: its cache keeps whole pages",
            "start it with smaller pages (SGLang: --page-size 1; vLLM: --block-size 16).",
        )
    return _result("ok", says)


async def _ask(backend: Backend, served: ServedModel, prompt: Prompt) -> Usage:
    request = GenerateRequest(
        rid=uuid.uuid4().hex,
        input_ids=prompt.input_ids,
        text=prompt.text,
        suffix=prompt.suffix,
        max_new_tokens=1,
        model=served.info,
    )
    usage = Usage()
    async with aclosing(backend.stream(request)) as chunks:
        async for chunk in chunks:
            usage = chunk.usage
    return usage


def _result(state: str, says: str, remedy: str = "") -> CheckResult:
    return CheckResult(subject="prefix cache", state=state, says=says, remedy=remedy)
