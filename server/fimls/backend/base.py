"""What the rest of fimls asks of an engine: a stream of tokens for a prompt."""

from __future__ import annotations

import enum
import math
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from fimls.backend.capabilities import Capabilities


class Backend(Protocol):
    """An engine that continues prompts.

    There is one adapter a kind: `fimls.backend.sglang` for SGLang's own interface, and those of
    `fimls.backend.adapters`.

    Every method raises a `fimls.errors.BackendError` when the engine does not answer as it should.
    """

    def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        """Generate; yields what is new since the last chunk, the last one with its finish reason.

        Closing the generator, or cancelling the task that reads it, ends the generation in the
        engine too: the connection is closed and the request is aborted by its own id.
        """
        ...

    async def warm(self, request: GenerateRequest) -> Usage:
        """Prefill the prompt into the engine's cache and generate nothing."""
        ...

    async def model_info(self) -> ModelInfo:
        """Return what the engine serves now; it is asked where that is not sure."""
        ...

    async def healthy(self) -> bool:
        """Whether the engine answers and can generate; never raises for an engine that is down."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


class Priority(enum.IntEnum):
    """What a generation is for; its value is the engine's priority: the higher, the sooner.

    Completions have the engine's default, where presets say so.
    """

    WARM_UP = -3
    CODE_ACTION = -2
    SPECULATION = -1
    COMPLETION = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateRequest:
    """One generation.

    Attributes:
        rid: our own request id, by which it can be aborted. It must be unique while it runs, and no
            id may begin with another: SGLang aborts every request whose id begins with the given
            one, and a second request with a running id ends the first.
        input_ids: the whole prompt as token ids of the served model, BOS included, or none where
            it is `text` or `messages`. SGLang 0.5.23 dies of an id beyond its vocabulary.
        text: the prompt as text, for engines that take no ids; None for ids.
        suffix: what follows the cursor, where the engine lays out both itself; `text` is then what
            precedes it, and nothing in either is a special token.
        messages: a conversation that the engine lays out itself: who speaks (``system``, ``user``
            or ``assistant``), and what is said.
        max_new_tokens: upper bound on generated tokens.
        temperature: 0 is greedy.
        stop_token_ids: generation ends before any of these.
        stop: generation ends before any of these strings.
        extra_key: cache namespace; requests with different keys never share cached tokens.
        priority: a `Priority`, where the engine schedules by it, else ignored; None is its default.
        regex: constrains the generated text, or None.
        model: what the ids were made for: no other model is to get them. None asks nothing.
        logprobs: whether chunks say how probable their tokens were.
        others: how many other tokens chunks name beside each of theirs, the likeliest first.
        traceparent: what the engine's own spans become part of (W3C Trace Context), or None.
        rank: which of the engine's data-parallel ranks is to answer, or None for any.
    """

    rid: str
    input_ids: Sequence[int] = ()
    text: str | None = None
    suffix: str | None = None
    messages: tuple[tuple[str, str], ...] = ()
    max_new_tokens: int
    temperature: float = 0.0
    stop_token_ids: tuple[int, ...] = ()
    stop: tuple[str, ...] = ()
    extra_key: str | None = None
    priority: int | None = None
    regex: str | None = None
    model: ModelInfo | None = None
    logprobs: bool = False
    others: int = 0
    traceparent: str | None = None
    rank: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one request so far, as the engine counts them.

    Attributes:
        prompt_tokens: length of the prompt.
        cached_tokens: how many of them came from the prefix cache.
        completion_tokens: generated so far.
        host_tokens: those of the cached ones that came from the machine's memory, where the engine
            says so.
        evicted_tokens: those of the prompt that the engine had once and has no longer, as
            `fimls.backend.evictions` counts them.
        engine: the address of who answered, where that is counted.
        rank: which of its data-parallel ranks.
    """

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    host_tokens: int = 0
    evicted_tokens: int = 0
    engine: str = ""
    rank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token that was generated, or could have been.

    Attributes:
        id: its number in the served model's vocabulary.
        text: what it says; of special tokens their names.
        logprob: natural logarithm of its probability, where it stands.
        others: the likeliest of those that could have stood there instead.
    """

    id: int
    text: str
    logprob: float
    others: tuple[Token, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """What is new in a stream.

    Attributes:
        text: new text; may be empty while the bytes of one character are still incomplete.
        usage: counts up to and including this chunk.
        finish_reason: None until the last chunk; then ``stop``, ``length`` or ``abort``.
        logprobs: new tokens as text, each with the natural logarithm of its probability, where
            the request asked for them.
        tokens: new tokens with `others`, where the request asked for those; unlike `logprobs` they
            include the stop token.
        served_by: how the engine names what wrote it, or empty; weights can change while it runs.
    """

    text: str
    usage: Usage
    finish_reason: str | None = None
    logprobs: tuple[tuple[str, float], ...] = ()
    tokens: tuple[Token, ...] = ()
    served_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """What the engine serves, and what it can do.

    Attributes:
        model_path: path or hub name of the weights, as the engine was started.
        tokenizer_path: path or hub name of the tokenizer, or empty where the engine names none.
        context_length: tokens of prompt and answer together, or None where the engine does not say.
        vocabulary: ids are below this, or None where nobody knows.
        also_named: other names under which the tokenizer may be found.
        can: what the engine can do.
        engine: which of several engines it is, as the settings name it; empty for the only one.
    """

    model_path: str
    tokenizer_path: str
    context_length: int | None = None
    vocabulary: int | None = field(default=None, compare=False)
    also_named: tuple[str, ...] = field(default=(), compare=False)
    can: Capabilities = field(default=Capabilities(), compare=False)
    engine: str = ""

    def is_same_model(self, other: ModelInfo) -> bool:
        """Whether the other is this one, however much room either has."""
        return replace(self, context_length=other.context_length) == other

    def takes_prompts_of(self, other: ModelInfo) -> bool:
        """Whether prompts that were made for the other do here: the same model, no less room."""
        return self.is_same_model(other) and _room(self) >= _room(other)


def _room(info: ModelInfo) -> float:
    return math.inf if info.context_length is None else info.context_length
