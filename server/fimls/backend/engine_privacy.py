"""Where an engine is, and who runs it: what decides which text may go there."""

from __future__ import annotations

import ipaddress
from typing import Literal, TypeAlias, cast
from urllib.parse import urlsplit

from fimls.backend.loopback import is_this_machine
from fimls.settings import USUAL_URL, EngineSettings

Privacy: TypeAlias = Literal["local", "team", "hosted"]

HOSTED_APIS = {
    "deepseek": ("DeepSeek's API", "https://api.deepseek.com"),
    "mistral": ("Mistral's API", "https://api.mistral.ai"),
}
"""Kind -> what it is called, and where it is."""

_USUAL = {
    "llama-cpp": "http://127.0.0.1:8080",
    **{kind: address for kind, (_, address) in HOSTED_APIS.items()},
}
"""Kind -> the address of its engine where none is set."""


def address_of(engine: EngineSettings) -> str:
    """Return an engine's base address: what is set, or the usual one of its kind."""
    return _USUAL.get(engine.kind, engine.url) if engine.url == USUAL_URL else engine.url


def host_of(engine: EngineSettings) -> str:
    """Return the host and port of an engine, for people; empty if its address is none."""
    try:
        parts = urlsplit(address_of(engine).strip())
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.hostname}{port}" if parts.hostname else ""
    except ValueError:
        return ""


def privacy_of(engine: EngineSettings) -> Privacy:
    """Return who runs an engine: what is set, or what kind and address say.

    The hosted APIs are hosted wherever they seem to be: something on this machine may pass text on
    to them. Of other kinds, what is neither on this machine nor in a private network is hosted if
    it speaks OpenAI's interface, as hosted engines do, and else one's own.
    """
    if engine.privacy:
        return cast("Privacy", engine.privacy)
    if engine.kind in HOSTED_APIS:
        return "hosted"
    host = host_of(engine).rpartition(":")[0] or host_of(engine)
    if is_this_machine(host):
        return "local"
    return "hosted" if engine.kind == "openai" and not _is_private(host) else "team"


def _is_private(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".lan", ".home.arpa"))
