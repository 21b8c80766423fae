"""Settings that need probabilities of tokens, with an engine that does not tell them."""

from __future__ import annotations

import logging
from functools import lru_cache

from fimls.backend.base import ModelInfo
from fimls.settings import CompletionSettings

logger = logging.getLogger(__name__)


def say_what_has_no_effect(model: ModelInfo, limits: CompletionSettings) -> None:
    """Log which settings have no effect: once in the life of the process for each model."""
    wanted = {
        "min_probability": not model.can.logprobs and limits.min_probability > 0,
        "line_probability": not model.can.logprobs
        and limits.line_probability > 0
        and limits.lines != "single",
        "reranking": not model.can.alternatives and limits.reranking and not limits.temperature,
    }
    if any(wanted.values()):
        _say(model.model_path, tuple(name for name, without in wanted.items() if without))


@lru_cache(maxsize=64)
def _say(model: str, names: tuple[str, ...]) -> None:
    logger.info(
        "The engine of %s does not tell the probabilities that these settings need, so they have no"
        " effect: %s.",
        model,
        ", ".join(f"completion.{name}" for name in names),
    )
