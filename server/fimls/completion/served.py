"""What has to be known of the served model before the first prompt: tokenizer, template, room."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from fimls.backend.base import Backend, ModelInfo
from fimls.prompt import PromptBuilder, PromptTokenizer, choose_template
from fimls.settings import ModelSettings

logger = logging.getLogger(__name__)

LoadTokenizer = Callable[[str], PromptTokenizer]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedModel:
    """A model that an engine serves, ready for prompts.

    Attributes:
        info: what the engine says of it.
        builder: builds its prompts.
    """

    info: ModelInfo
    builder: PromptBuilder

    def describe(self) -> str:
        """Return one line for the log and for people."""
        return f"{self.info.model_path} with the FIM template {self.builder.template.name}"


async def load_served_model(
    backend: Backend, settings: ModelSettings, load_tokenizer: LoadTokenizer
) -> ServedModel:
    """Ask the engine what it serves and read that model's tokenizer.

    Raises:
        BackendError: the engine does not say.
        TokenizerError: its tokenizer cannot be read here.
        TemplateError: the template that is set does not fit it.
    """
    info = await backend.model_info()
    location = settings.tokenizer or info.tokenizer_path
    # Megabytes of JSON, and maybe a download: not on the event loop.
    tokenizer = await asyncio.to_thread(load_tokenizer, location)
    template = choose_template(
        settings.template, model=info.model_path, has_token=tokenizer.has_token
    )
    served = ServedModel(info=info, builder=PromptBuilder(template, tokenizer))
    logger.info("The engine serves %s.", served.describe())
    return served
