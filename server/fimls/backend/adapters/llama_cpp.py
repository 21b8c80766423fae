"""llama.cpp's server by its own interface: token ids, slots, grammars, what came from the cache.

Source: llama.cpp b11669, ``tools/server/README.md``, and what that build answers.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any, ClassVar, cast
from urllib.parse import quote

from fimls.backend.adapters.gbnf import grammar
from fimls.backend.adapters.http_engine import Connecting, HttpEngine, without_lone_surrogates
from fimls.backend.adapters.slots import Slots
from fimls.backend.adapters.stop_strings import StopStrings
from fimls.backend.answer_bounds import AnswerBounds
from fimls.backend.base import Chunk, GenerateRequest, ModelInfo, Token, Usage
from fimls.backend.capabilities import Capabilities
from fimls.backend.sglang_json import counted
from fimls.errors import BackendError, BackendProtocolError
from fimls.printable import printable

_MALFORMED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

_MOST_SLOTS = 1_024
"""That are told apart: no server has as many, and each takes memory."""

CAN = Capabilities(
    prompts=("ids", "text"),
    most_stops=None,
    constraint="grammar",
    warm_up="zero",
    granularity=1,
    namespaces=False,
    priorities=False,
    abort="closing",
    shares_running=False,
    chat=True,
)


class LlamaCppBackend(HttpEngine):
    """A `fimls.backend.base.Backend` over a llama-server."""

    kind: ClassVar[str] = "llama-cpp"
    name: ClassVar[str] = "llama.cpp"
    endings: ClassVar[tuple[str, ...]] = ("/v1/completions", "/completion", "/infill", "/v1")

    def __init__(self, connecting: Connecting) -> None:
        """Nothing is opened or asked yet."""
        super().__init__(connecting)
        self._slots: Slots | None = None
        self._model = ""

    @property
    def slots(self) -> int:
        """How many prompts its cache keeps, as far as it was asked."""
        return 1 if self._slots is None else self._slots.count

    async def model_info(self) -> ModelInfo:
        """See `Backend.model_info`."""
        props = await self.get_json("props")
        if props.get("role") == "router":
            self._model = await self._of_router()
            props = await self.get_json(f"props?model={quote(self._model, safe='')}")
        try:
            defaults = cast("dict[str, Any]", props["default_generation_settings"])
            path = printable(str(props["model_path"]))
            context = int(defaults["n_ctx"])
            slots = min(max(int(props["total_slots"]), 1), _MOST_SLOTS)
        except _MALFORMED as error:
            raise self.malformed("/props does not say what it serves") from error
        if self._slots is None or self._slots.count != slots:
            self._slots = Slots(slots)
        card = _card(await self.known_json("v1/models"), self._model)
        form = self.connecting.prompt
        forms = CAN.prompts if form == "auto" else (form,)
        return ModelInfo(
            model_path=path,
            tokenizer_path=path,
            context_length=context if context > 0 else None,
            vocabulary=_vocabulary(card),
            also_named=_hub_names(card),
            can=replace(CAN, prompts=cast("Any", forms)),
        )

    async def healthy(self) -> bool:
        """See `Backend.healthy`; nothing is generated for it, and while a model loads it is not."""
        try:
            return await self._http.get("health") == 200
        except BackendError:
            return False

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        """See `Backend.stream`."""
        if request.messages:
            from fimls.backend.adapters.openai_stream import chat

            of_router = {"model": self._model} if self._model else {}
            asked = chat(self, "v1/chat/completions", request, of_router)
            async with aclosing(asked) as chunks:
                async for chunk in chunks:
                    yield chunk
            return
        text, _ = without_lone_surrogates(request)
        prompt = tuple(request.input_ids) if request.text is None else text
        async with aclosing(self.posted("completion", request, {"prompt": prompt})) as chunks:
            async for chunk in chunks:
                yield chunk

    async def posted(
        self, path: str, request: GenerateRequest, prompt: dict[str, Any]
    ) -> AsyncGenerator[Chunk, None]:
        """Ask by one of the calls that generate, in the slot that has most of the prompt.

        Args:
            path: the call, behind the base address.
            request: what is asked; its prompt decides about the slot.
            prompt: the fields that hold the prompt in this call.
        """
        asked = tuple(request.input_ids) if request.text is None else request.text
        slots = self._slots or Slots(1)
        namespace = request.extra_key or self.connecting.namespace
        with slots.taken(asked, namespace) as (slot, mine):
            body = {**self._body(request), **prompt}
            if self._slots is not None:
                body["id_slot"] = slot
            body["cache_prompt"] = mine
            reading = _Reading(request, self.url)
            async with aclosing(self.events(path, body, request)) as events:
                async for event in events:
                    chunk = self._chunk(event, request, reading)
                    yield chunk
                    if chunk.finish_reason is not None:
                        return
        raise self.malformed("its answer has no end")

    def _body(self, request: GenerateRequest) -> dict[str, Any]:
        body: dict[str, Any] = {
            "n_predict": request.max_new_tokens,
            "temperature": request.temperature,
            "stream": True,
            "return_tokens": True,
            "timings_per_token": True,
        }
        if model := self._model or self.connecting.model:
            body["model"] = model
        if request.stop:
            body["stop"] = list(request.stop)
        if request.logprobs or request.others:
            body["n_probs"] = request.others + 1
        if request.regex is not None and (rules := grammar(request.regex)) is not None:
            body["grammar"] = rules
        return body

    def _chunk(self, event: dict[str, Any], request: GenerateRequest, reading: _Reading) -> Chunk:
        try:
            timings = cast("dict[str, Any]", event.get("timings") or {})
            usage = counted(
                prompt=event.get("tokens_evaluated"),
                cached=timings.get("cache_n"),
                completion=event.get("tokens_predicted"),
            )
            # It writes out what ends the text here, unless that is a control token.
            ids = cast("list[int]", event.get("tokens") or [])
            stop_id = any(each in request.stop_token_ids for each in ids)
            silent = stop_id or not request.max_new_tokens
            text = "" if silent else reading.text(event["content"])
            ended = bool(event["stop"])
            tokens = reading.tokens(event.get("completion_probabilities"))
        except _MALFORMED as error:
            raise self.malformed("an event has no content") from error
        limit = ended and event.get("stop_type") == "limit"
        done = ended or reading.stopping.met or stop_id
        return Chunk(
            text=text + (reading.stopping.end() if done else ""),
            usage=usage if usage.prompt_tokens else Usage(),
            finish_reason=("length" if limit else "stop") if done else None,
            logprobs=tuple((token.text, token.logprob) for token in tokens)
            if request.logprobs and not stop_id
            else (),
            tokens=tuple(tokens) if request.others else (),
        )

    async def _of_router(self) -> str:
        """Return which model to name to a server that has several: it refuses who names none.

        Raises:
            BackendProtocolError: the settings name none of them, or there is no telling which.
        """
        wanted = self.connecting.model
        cards = _tables((await self.known_json("v1/models")).get("data"))
        names = [str(card.get("id")) for card in cards]
        known = [*names, *(alias for card in cards for alias in _aliases(card))]
        if wanted in known or (wanted and not names):
            return wanted
        if len(names) == 1 and not wanted:
            return names[0]
        listed = printable(", ".join(names[:20]), most=300)
        says = f"does not serve {printable(wanted)!r}" if wanted else "serves several models"
        raise BackendProtocolError(
            f"The llama.cpp server at {self.url} {says}: set engine.model to"
            f" {f'one of {listed}' if names else 'the name of one of its models'}."
        )


class _Reading:
    """One answer: what came so far, within its bounds."""

    def __init__(self, request: GenerateRequest, url: str) -> None:
        self.stopping = StopStrings(request.stop)
        self._bounds = AnswerBounds(request, url)
        self._most_others = request.others + 1
        self._characters = self._tokens = 0

    def text(self, said: object) -> str:
        """Return what an event's text adds that is sure to stand before a stop string."""
        if not isinstance(said, str):
            raise TypeError("text")
        self._characters += len(said)
        self._bounds.check(characters=self._characters)
        return self.stopping.feed(said)

    def tokens(self, said: object) -> list[Token]:
        """Return an event's tokens with their probabilities."""
        entries = _tables(said)
        self._tokens += len(entries)
        self._bounds.check(tokens=self._tokens)
        return [_token(entry, self._most_others) for entry in entries]


def _token(entry: dict[str, Any], most_others: int) -> Token:
    likeliest = cast("list[dict[str, Any]]", entry.get("top_logprobs") or [])[:most_others]
    others = tuple(
        Token(id=int(o["id"]), text=str(o["token"]), logprob=min(float(o["logprob"]), 0.0))
        for o in likeliest
        if o["id"] != entry["id"]
    )
    return Token(
        id=int(entry["id"]),
        text=str(entry["token"]),
        logprob=min(float(entry["logprob"]), 0.0),
        others=others,
    )


def _tables(found: object) -> list[dict[str, Any]]:
    """Return the tables in what may be a list of them."""
    entries = cast("list[Any]", found) if isinstance(found, list) else []
    return [cast("dict[str, Any]", each) for each in entries if isinstance(each, dict)]


def _card(models: dict[str, Any], model: str) -> dict[str, Any]:
    """Return what is said of a router's model, or of the only one that there is."""
    cards = _tables(models.get("data"))
    meant = [card for card in cards if not model or model in (card.get("id"), *_aliases(card))]
    return meant[0] if meant else {}


def _aliases(card: dict[str, Any]) -> list[str]:
    found = card.get("aliases")
    return [str(each) for each in cast("list[Any]", found)] if isinstance(found, list) else []


def _vocabulary(card: dict[str, Any]) -> int | None:
    meta = card.get("meta")
    size = cast("dict[str, Any]", meta).get("n_vocab") if isinstance(meta, dict) else None
    return size if type(size) is int and size > 0 else None


def _hub_names(card: dict[str, Any]) -> tuple[str, ...]:
    """Return the hub name of a model that was fetched by it (``owner/name:quantization``)."""
    name = str(card.get("id") or "").partition(":")[0]
    owner, slash, rest = name.partition("/")
    return (printable(name),) if slash and owner and rest and "/" not in rest else ()
