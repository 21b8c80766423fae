"""Which engine ``fimls setup`` is to write: by flags, by what answers here, else by asking."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from fimls.backend.api_key import ApiKey, checked_key
from fimls.backend.engine_privacy import HOSTED_APIS, address_of
from fimls.backend.local_engines import USUAL_PORTS, FoundEngine, find_local_engines, look_at
from fimls.cli.setup_key import FLAGS, KeySource, key_in_environment
from fimls.cli.setup_questions import Questions
from fimls.errors import ConfigurationError
from fimls.settings import USUAL_URL, EngineSettings

_WHICH = "--engine KIND or --url ADDRESS"
_WRITES_CODE = re.compile(r"cod(e|estral)|star", re.IGNORECASE)
_NO_WRITER = re.compile(r"embed|rerank|whisper", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An engine, and where its key is.

    Attributes:
        found: what it is.
        model: which of its models, or empty.
        key: empty where it wants none.
    """

    found: FoundEngine
    model: str
    key: KeySource


def choose(
    questions: Questions, *, kind: str | None, url: str | None, model: str | None, key: KeySource
) -> Choice:
    """Return the engine that is meant; nothing is generated.

    Raises:
        FimlsError: it cannot be found out; the sentence names the flag that says it.
    """
    if url is None and kind in (None, "openai"):
        with questions.meanwhile("Looking for engines on this machine ..."):
            here = asyncio.run(find_local_engines())
        found = _pick(questions, here, openai=kind == "openai")
    else:
        found = _named(kind, url)
    if found.kind == "" and not found.wants_key:  # an address was given: who is there?
        found = _asked(questions, found.url)
    if found.wants_key and not found.kind:
        key = key or _ask_key(questions, found)
        found = _asked(questions, found.url, _value(key))
        if found.wants_key:
            raise ConfigurationError(
                f"The engine at {found.url} does not take that key: check it, or give another one."
            )
    if found.kind == "":
        raise ConfigurationError(
            f"The server at {found.url} does not say what it is: say whose interface it speaks"
            " with --engine KIND."
        )
    if found.kind in HOSTED_APIS:
        key = key or key_in_environment(found.kind) or _ask_key(questions, found)
    return Choice(found=found, model=model or _model(questions, found), key=key)


def _asked(questions: Questions, url: str, key: ApiKey | None = None) -> FoundEngine:
    with questions.meanwhile(f"Asking {url} what it is ..."):
        return asyncio.run(look_at(url, key))


def _pick(questions: Questions, here: Sequence[FoundEngine], *, openai: bool) -> FoundEngine:
    if openai:
        here = [each for each in here if each.kind == "openai"]
    hosted = [] if openai else [_named(kind, None) for kind in HOSTED_APIS]
    answers = [f"{each.name}, at {each.url}" for each in here]
    answers += [f"{each.name}, with a key" for each in hosted]
    answers.append("another one, at an address that you know")
    if not here:
        ports = ", ".join(map(str, USUAL_PORTS))
        question = f"No engine answers on this machine (ports {ports}). Which one is meant?"
        if not questions.somebody_is_there:
            raise ConfigurationError(
                f"{question.partition(' Which')[0]} Start one, or say which one is meant with"
                f" {_WHICH}."
            )
    else:
        question = "Which engine is to complete what you type?"
    number = questions.choice(question, answers, flag=f"{_WHICH}, or --yes for the first")
    if number < len(here) + len(hosted):
        return [*here, *hosted][number]
    return _named("openai" if openai else None, questions.text("Its address:", flag="--url"))


def _named(kind: str | None, url: str | None) -> FoundEngine:
    if url is not None and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", url.strip()):
        raise ConfigurationError(
            f"{url!r} is not an address of an engine: write one such as http://127.0.0.1:30000."
        )
    if kind is None and url is not None:
        host = urlsplit(url).hostname
        kind = next((k for k, (_, at) in HOSTED_APIS.items() if urlsplit(at).hostname == host), "")
        url = None if kind else url
    address = address_of(EngineSettings(kind=kind or "sglang", url=url or USUAL_URL))
    name = HOSTED_APIS[kind][0] if kind in HOSTED_APIS else f"the engine at {address}"
    return FoundEngine(url=address.strip().rstrip("/"), name=name, kind=kind or "")


def _model(questions: Questions, found: FoundEngine) -> str:
    """Return one of several models; engines with one are asked for that."""
    several = found.kind in ("openai", "llama-cpp") and len(found.models) > 1
    writers = [name for name in found.models if not _NO_WRITER.search(name)] or [*found.models]
    if not several:
        return ""
    writers.sort(key=lambda name: not _WRITES_CODE.search(name))
    return writers[questions.choice("Which of its models?", writers, flag="--model NAME")]


def _ask_key(questions: Questions, found: FoundEngine) -> KeySource:
    typed = questions.secret(f"The API key of {found.name}:", flag=FLAGS)
    return KeySource(value=checked_key(typed, "what you typed"))


def _value(key: KeySource) -> ApiKey | None:
    from fimls.backend.api_key import read_api_key

    if key.value:
        return ApiKey(key.value)
    return read_api_key(EngineSettings(api_key_file=key.file, api_key_env=key.variable))
