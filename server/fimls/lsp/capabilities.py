"""What the client can do, resolved once from what it declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from pygls.capabilities import ServerCapabilitiesBuilder, get_capability

from fimls.text import Encoding

if TYPE_CHECKING:
    from lsprotocol import types


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFeatures:
    """The client's side of the contract.

    Attributes:
        encoding: what its positions count; the first of its choices that there is.
        pulls_configuration: it answers ``workspace/configuration``.
        wants_usage: it is told what each completion cost (`fimls.lsp.usage`).
        wants_status: it is told whether completions work (`fimls.lsp.status`).
    """

    encoding: Encoding = Encoding.UTF16
    pulls_configuration: bool = False
    wants_usage: bool = False
    wants_status: bool = False

    @classmethod
    def resolve(cls, capabilities: types.ClientCapabilities) -> ClientFeatures:
        """Read a client's capabilities."""
        # pygls chooses by the same function what it announces to the client.
        encoding = ServerCapabilitiesBuilder.choose_position_encoding(capabilities)
        return cls(
            encoding=Encoding(encoding),
            pulls_configuration=bool(get_capability(capabilities, "workspace.configuration")),
            wants_usage=wants(capabilities.experimental, "usage"),
            wants_status=wants(capabilities.experimental, "status"),
        )


def wants(experimental: object, name: str) -> bool:
    """Whether ``capabilities.experimental`` has ``{"fimls": {name: true}}``."""
    if not isinstance(experimental, Mapping):
        return False
    ours = cast("Mapping[str, Any]", experimental).get("fimls")
    return isinstance(ours, Mapping) and cast("Mapping[str, Any]", ours).get(name) is True
