"""What answers in SGLang's place: other engines that people run, recognised by what they say."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

from fimls.backend.http_client import HttpClient
from fimls.errors import BackendError, BackendProtocolError

_OWNERS = {"vllm": "vLLM", "llamacpp": "llama.cpp", "llama.cpp": "llama.cpp"}
"""Who ``/v1/models`` says that a model is owned by -> what it is."""
_PARTS_OF_PATHS = ("v1", "generate", "completions", "chat")
"""With which an address for SGLang does not end, though others' do."""


async def told_apart(http: HttpClient, error: BackendProtocolError) -> BackendProtocolError:
    """Return what an answer that is not SGLang's means, where the server tells what it is."""
    path = urlsplit(http.url).path
    if path.rpartition("/")[2] in _PARTS_OF_PATHS:
        return BackendProtocolError(
            f"{http.url} is not the base address of an SGLang engine: leave {path} out of"
            " engine.url."
        )
    name = await _name(http)
    if not name:
        return error
    return BackendProtocolError(
        f"The server at {http.url} is {name}, and fimls needs SGLang: start one with"
        " `fimls engine`, or set engine.url."
    )


async def _name(http: HttpClient) -> str:
    models = await _json(http, "v1/models")
    cards = models.get("data")
    if isinstance(cards, list) and cards and isinstance(cards[0], dict):
        owner = cast("dict[str, Any]", cards[0]).get("owned_by")
        if owner == "sglang":
            return ""
        if isinstance(owner, str) and owner in _OWNERS:
            return _OWNERS[owner]
    if (await _json(http, "api/version")).keys() == {"version"}:
        return "Ollama"
    return "one that speaks OpenAI's API only" if models.get("object") == "list" else ""


async def _json(http: HttpClient, path: str) -> dict[str, Any]:
    try:
        return await http.get_json(path)
    except BackendError:
        return {}
