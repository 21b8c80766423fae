"""Further suggestions for somebody who asked by hand and wants to choose."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from fimls.completion.generation_attempts import Generator
from fimls.completion.prompt_layout import PlannedPrompt
from fimls.completion.stopping import Stopping
from fimls.completion.surroundings import Surroundings
from fimls.errors import FimlsError
from fimls.settings import CompletionSettings

TEMPERATURE = 0.8
"""Of further suggestions: greedily, they would all be the first one."""

PATIENCE_S = 1.5
"""How long the first suggestion waits for the others."""


async def candidates(
    generator: Generator, asked: PlannedPrompt, around: Surroundings, limits: CompletionSettings
) -> list[str]:
    """Return texts that were sampled for a place, at most one fewer than `limits.candidates`.

    They are asked when the first suggestion is there: its prompt is in the engine's cache by then.
    Those that take too long, or fail, are left out.
    """
    count = limits.candidates - 1
    shares = asked.model is None or asked.model.can.shares_running
    room = asyncio.Semaphore(count if shares else 1)

    async def sample() -> str:
        async with room:
            return await _sample(generator, asked, around, limits)

    tasks = [asyncio.create_task(sample()) for _ in range(count)]
    if not tasks:
        return []
    try:
        await asyncio.wait(tasks, timeout=PATIENCE_S)
        return [task.result() for task in tasks if task.done() and not task.cancelled()]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _sample(
    generator: Generator, asked: PlannedPrompt, around: Surroundings, limits: CompletionSettings
) -> str:
    stopping = Stopping.within(around, limits)
    try:
        async with aclosing(generator.generate(asked, temperature=TEMPERATURE)) as steps:
            async for step in steps:
                text = step.text
                if text.startswith(asked.fragment) and stopping.feed(
                    text[len(asked.fragment) :], step.logprobs
                ):
                    break
    except FimlsError:
        return ""  # the first suggestion is there
    return stopping.shown
