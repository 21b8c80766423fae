"""What has to be known of the served model before the first prompt: tokenizer, template, room."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from fimls.backend.base import Backend, ModelInfo
from fimls.daemon_thread import in_daemon_thread
from fimls.errors import TokenizerError
from fimls.prompt import (
    Builder,
    ChatMessages,
    ChatTemplate,
    Conversing,
    EstimatedTokenizer,
    PromptBuilder,
    PromptTokenizer,
    SuffixBuilder,
    TextBuilder,
    choose_template,
    guess_template,
)
from fimls.settings import ModelSettings

logger = logging.getLogger(__name__)

LoadTokenizer = Callable[[str], PromptTokenizer]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedModel:
    """A model that an engine serves, ready for prompts.

    Attributes:
        info: what the engine says of it.
        builder: builds its prompts.
        tokenizer: its tokenizer, or None where that is not to be had.
        location: where its tokenizer was read.
        state: of the tokenizer's file when it was read, where that is on this machine.
    """

    info: ModelInfo
    builder: Builder
    tokenizer: PromptTokenizer | None = None
    location: str = ""
    state: tuple[int, ...] | None = None

    def describe(self) -> str:
        """Return one line for the log and for people."""
        return f"{self.info.model_path} with the FIM template {self.builder.template.name}"

    async def conversing(self) -> Conversing:
        """Return how a conversation is put to the engine."""
        if self.tokenizer is not None and "ids" in self.info.can.prompts:
            return await ChatTemplate.of(self.tokenizer)
        return ChatMessages(self.builder.tokenizer)

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
    """Read the tokenizer of what an engine serves; see `load_served_model`.

    Where it is not to be had, an engine that takes text gets text: what is counted is estimated.
    """
    found = await _tokenizer(info, settings, load_tokenizer)
    tokenizer, location, state = found or (None, "", None)
    builder = _builder(info, settings, tokenizer)
    if tokenizer is not None and info.vocabulary is None and not settings.tokenizer:
        info = replace(info, vocabulary=tokenizer.size)
    served = ServedModel(
        info=info, builder=builder, tokenizer=tokenizer, location=location, state=state
    )
    logger.info("The engine serves %s.", served.describe())
    return served


async def _tokenizer(
    info: ModelInfo, settings: ModelSettings, load_tokenizer: LoadTokenizer
) -> tuple[PromptTokenizer, str, tuple[int, ...] | None] | None:
    """Return the served model's tokenizer, where it was read, and the state of its file.

    Raises:
        TokenizerError: there is none, and prompts can be ids only, or the user named this one.
    """
    forms = info.can.prompts
    named = [settings.tokenizer] if settings.tokenizer else [info.tokenizer_path, *info.also_named]
    if forms[0] == "suffix" and not settings.tokenizer:
        return None
    failed: TokenizerError | None = None
    for location in filter(None, dict.fromkeys(named)):
        state = _state(location)
        try:
            # Megabytes of JSON, and maybe a download: not on the event loop.
            tokenizer = await in_daemon_thread(lambda location=location: load_tokenizer(location))
        except TokenizerError as error:
            failed = failed or error
        else:
            return tokenizer, location, state
    if settings.tokenizer or forms == ("ids",):
        raise failed or TokenizerError(
            "The engine names no tokenizer: set model.tokenizer to a folder with the served model's"
            " tokenizer.json, or to its hub name."
        )
    if failed is not None:
        logger.info("Prompts are sent as text: %s", failed)
    return None


def _builder(
    info: ModelInfo, settings: ModelSettings, tokenizer: PromptTokenizer | None
) -> Builder:
    """Return what lays prompts out in the best form that the engine takes."""
    if tokenizer is None:
        if "text" in info.can.prompts:
            template = guess_template(settings.template, info.model_path)
            return TextBuilder(template, EstimatedTokenizer())
        return SuffixBuilder(EstimatedTokenizer())
    form = info.can.prompts[0]
    if form == "suffix":
        return SuffixBuilder(tokenizer)
    template = choose_template(
        settings.template, model=info.model_path, has_token=tokenizer.has_token
    )
    if form == "ids":
        return PromptBuilder(template, tokenizer)
    return TextBuilder(template, tokenizer, tokenizer.special_tokens)


def _state(location: str) -> tuple[int, ...] | None:
    """Return what differs once another tokenizer is put into a folder of this machine."""
    try:
        path = Path(location).expanduser()
        found = (path if path.suffix == ".gguf" else path / "tokenizer.json").stat()
    except (OSError, ValueError, RuntimeError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
