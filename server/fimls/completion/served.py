"""What has to be known of the served model before the first prompt: tokenizer, template, room."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from fimls.backend.base import Backend, ModelInfo
from fimls.daemon_thread import in_daemon_thread
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
        location: where its tokenizer was read.
        state: of the tokenizer's file when it was read, where that is on this machine.
    """

    info: ModelInfo
    builder: PromptBuilder
    location: str = ""
    state: tuple[int, ...] | None = None

    def describe(self) -> str:
        """Return one line for the log and for people."""
        return f"{self.info.model_path} with the FIM template {self.builder.template.name}"

    def outdated(self, info: ModelInfo) -> bool:
        """Whether this is not what an engine serves that says so of itself."""
        return info != self.info or _state(self.location) != self.state


async def load_served_model(
    backend: Backend, settings: ModelSettings, load_tokenizer: LoadTokenizer
) -> ServedModel:
    """Ask the engine what it serves and read that model's tokenizer.

    Raises:
        BackendError: the engine does not say.
        TokenizerError: its tokenizer cannot be read here.
        TemplateError: the template that is set does not fit it.
    """
    return await read_served_model(await backend.model_info(), settings, load_tokenizer)


async def read_served_model(
    info: ModelInfo, settings: ModelSettings, load_tokenizer: LoadTokenizer
) -> ServedModel:
    """Read the tokenizer of what an engine serves; see `load_served_model`."""
    location = settings.tokenizer or info.tokenizer_path
    state = _state(location)
    # Megabytes of JSON, and maybe a download: not on the event loop.
    tokenizer = await in_daemon_thread(lambda: load_tokenizer(location))
    template = choose_template(
        settings.template, model=info.model_path, has_token=tokenizer.has_token
    )
    if info.vocabulary is None and not settings.tokenizer:
        info = replace(info, vocabulary=tokenizer.size)
    builder = PromptBuilder(template, tokenizer)
    served = ServedModel(info=info, builder=builder, location=location, state=state)
    logger.info("The engine serves %s.", served.describe())
    return served


def _state(location: str) -> tuple[int, ...] | None:
    """Return what differs once another tokenizer is put into a folder of this machine."""
    try:
        found = (Path(location).expanduser() / "tokenizer.json").stat()
    except (OSError, ValueError, RuntimeError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
