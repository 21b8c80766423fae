"""One generation: stream until there is enough, and see that it continues what is typed."""

from __future__ import annotations

import re
import time
import uuid
from contextlib import aclosing
from dataclasses import dataclass

from fimls.backend.base import Backend, GenerateRequest, Usage
from fimls.completion.layout import Asked
from fimls.completion.query import Timing
from fimls.completion.shape import enough
from fimls.prompt import Prompt
from fimls.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """What the engine made of a prompt.

    Attributes:
        text: what follows the cursor; the fragment before it is taken off.
        usage: what the engine counted for the last request.
        timing: how long all of it took.
    """

    text: str
    usage: Usage
    timing: Timing


async def generate(backend: Backend, asked: Asked, settings: Settings) -> Generated:
    """Generate from the hold, and in another way if that does not begin with what is typed.

    Most answers begin with the typed fragment by themselves. Where one does not, the model expects
    something else there, and forcing it gives little (server/QUALITY.md): the plain prompt, at the
    cost of reading the suffix once more, gives more. Models that cannot continue inside a word are
    forced, by a constraint; the prompt is in the cache by then.
    """
    started = time.perf_counter()
    text, usage, first = await _stream(backend, asked.prompt, asked.fragment, settings)
    if not text.startswith(asked.fragment):
        if asked.plain is not None:
            text, usage, first = await _stream(backend, asked.plain(), "", settings)
            text = asked.fragment + text
        else:
            regex = _literally(asked.fragment) + r"[\s\S]*"
            text, usage, first = await _stream(
                backend, asked.prompt, asked.fragment, settings, regex=regex
            )
    ended = time.perf_counter()
    timing = Timing(
        first_token_ms=(first - started) * 1e3 if first is not None else None,
        total_ms=(ended - started) * 1e3,
    )
    # Under the constraint the token limit may fall inside the fragment: then nothing is new.
    new = text.removeprefix(asked.fragment) if text.startswith(asked.fragment) else ""
    return Generated(text=new, usage=usage, timing=timing)


async def _stream(
    backend: Backend,
    prompt: Prompt,
    fragment: str,
    settings: Settings,
    *,
    regex: str | None = None,
) -> tuple[str, Usage, float | None]:
    """Return text, usage and the time of the first token; ends as early as the text allows."""
    request = GenerateRequest(
        rid=uuid.uuid4().hex,
        input_ids=prompt.input_ids,
        max_new_tokens=settings.completion.max_new_tokens,
        temperature=settings.completion.temperature,
        stop_token_ids=prompt.stop_token_ids,
        regex=regex,
    )
    text, usage, first = "", Usage(), None
    # aclosing: leaving early must end the generation now, not when the garbage is collected.
    async with aclosing(backend.stream(request)) as chunks:
        async for chunk in chunks:
            first = first or time.perf_counter()
            text += chunk.text
            usage = chunk.usage
            if not _agree(text, fragment) or enough(text, settings.completion.max_lines):
                break
    return text, usage, first


def _literally(text: str) -> str:
    """Return the pattern of exactly this text; only what means something in one is escaped."""
    return re.sub(r"[\\^$.|?*+()\[\]{}]", r"\\\g<0>", text)


def _agree(text: str, fragment: str) -> bool:
    """Whether one of the two begins with the other."""
    return text.startswith(fragment) or fragment.startswith(text)
