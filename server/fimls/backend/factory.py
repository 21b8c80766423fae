"""The engine that settings describe, as a backend: the only place that knows which kinds there are.

Adapters are imported when one of their kind is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, cast

from fimls.backend.api_key import read_api_key
from fimls.backend.engine_privacy import address_of, privacy_of
from fimls.backend.tls_files import TlsFiles

if TYPE_CHECKING:
    from fimls.backend.adapters.http_engine import HttpEngine
    from fimls.backend.sglang import SGLangBackend
    from fimls.settings import EngineSettings

    Engine: TypeAlias = SGLangBackend | HttpEngine

GENERATIONS = 64
"""Under way at once, where nothing else is said: evaluations ask for many."""
OF_ONE_EDITOR = 6
"""Generations; with what else is asked these are at most eight connections."""


def engine_for(settings: EngineSettings, *, generations: int = GENERATIONS) -> Engine:
    """Return the adapter for an engine; nothing is opened or asked yet.

    Raises:
        ConfigurationError: the API key cannot be read.
    """
    from fimls.backend.sglang import SGLangBackend, own_namespace

    if settings.kind == "sglang":
        return SGLangBackend.from_settings(settings, generations=generations)
    from fimls.backend.adapters.http_engine import Connecting

    namespace = settings.extra_key or (None if settings.share_cache else own_namespace())
    connecting = Connecting(
        url=address_of(settings),
        model=settings.model,
        prompt=cast("Any", settings.prompt),
        api_key=read_api_key(settings),
        connect_timeout_s=settings.connect_timeout_ms / 1e3,
        read_timeout_s=settings.read_timeout_ms / 1e3,
        namespace=namespace,
        generations=generations,
        hosted=privacy_of(settings) == "hosted",
        tls=TlsFiles.of(settings),
    )
    return _adapter(settings.kind)(connecting)


def _adapter(kind: str) -> type[HttpEngine]:
    match kind:
        case "llama-cpp":
            from fimls.backend.adapters.llama_cpp import LlamaCppBackend

            return LlamaCppBackend
        case "deepseek":
            from fimls.backend.adapters.deepseek import DeepSeekBackend

            return DeepSeekBackend
        case "mistral":
            from fimls.backend.adapters.mistral import MistralBackend

            return MistralBackend
        case _:
            from fimls.backend.adapters.openai import OpenAIBackend

            return OpenAIBackend
