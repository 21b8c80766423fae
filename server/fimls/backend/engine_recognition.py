"""What answers in an engine's place: others that people run, recognised by what they say."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

from fimls.backend.http_client import HttpClient
from fimls.errors import BackendError, BackendProtocolError, BackendUnauthorised
from fimls.printable import printable

_LLAMA = "llama.cpp", "llama-cpp"
_OWNERS = {
    "sglang": ("SGLang", "sglang"),
    "vllm": ("vLLM", "openai"),
    "llamacpp": _LLAMA,
    "llama.cpp": _LLAMA,
    "deepseek": ("DeepSeek's API", "deepseek"),
    "mistralai": ("Mistral's API", "mistral"),
    "organization_owner": ("LM Studio", "openai"),
}
"""Who ``/v1/models`` says that a model is owned by -> what it is, and its `engine.kind`."""
_PARTS_OF_PATHS = ("v1", "generate", "completions", "chat")
"""With which an address for SGLang does not end, though others' do."""


async def told_apart(http: HttpClient, error: BackendError, kind: str = "sglang") -> BackendError:
    """Return what an answer means that is not of this kind, where the server tells what it is."""
    path = urlsplit(http.url).path
    if kind == "sglang" and path.rpartition("/")[2] in _PARTS_OF_PATHS:
        return BackendProtocolError(
            f"{http.url} is not the base address of an SGLang engine: leave {path} out of"
            " engine.url, and set engine.kind if another engine answers there."
        )
    try:
        name, right, _ = await recognised(http)
        if not right and path:
            return await _at_the_root(http, kind) or error
    except BackendUnauthorised:
        return error
    if right in ("", kind):
        return error
    return BackendProtocolError(
        f'The server at {http.url} is {name}: set engine.kind to "{right}" to use it, or engine.url'
        " to the engine that you mean."
    )


async def _at_the_root(http: HttpClient, kind: str) -> BackendError | None:
    """Return what to write where an engine answers without the path of an address."""
    root = http.at_root()
    try:
        name, right, _ = await recognised(root)
    finally:
        await root.aclose()
    if not right:
        return None
    more = "" if right == kind else f', and engine.kind to "{right}"'
    return BackendProtocolError(
        f"No engine answers at {http.url}, and {name} does at {root.url}: set engine.url to"
        f" that{more}."
    )


async def recognised(http: HttpClient) -> tuple[str, str, tuple[str, ...]]:
    """Return what a server is, its `engine.kind` and its models; empty where it does not say.

    Raises:
        BackendUnauthorised: it says so only to who has a key.
    """
    models = await _json(http, "v1/models")
    found = models.get("data")
    entries = cast("list[Any]", found) if isinstance(found, list) else []
    cards = [cast("dict[str, Any]", each) for each in entries if isinstance(each, dict)]
    names = tuple(printable(each["id"]) for each in cards if isinstance(each.get("id"), str))
    owner = cards[0].get("owned_by") if cards else None
    if isinstance(owner, str) and owner in _OWNERS:
        name, kind = _OWNERS[owner]
        return name, kind, names
    if (await _json(http, "api/version")).keys() == {"version"}:
        return "Ollama", "openai", names
    if models.get("object") == "list":
        return "one that speaks OpenAI's API", "openai", names
    return "", "", ()


async def _json(http: HttpClient, path: str) -> dict[str, Any]:
    try:
        return await http.get_json(path)
    except BackendUnauthorised:
        raise
    except BackendError:
        return {}
