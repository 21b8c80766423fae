"""The messages that pass between an editor and a hub, as far as both sides need to know them."""

from __future__ import annotations

import json
from typing import Any, cast

Message = dict[str, Any]


def read_message(body: bytes) -> Message | None:
    """Return a message of JSON-RPC, or None for what is none: it concerns nobody.

    What comes back has an id by which requests and answers can be found, and an error that is one.
    """
    try:
        message: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict):
        return None
    table = cast("Message", message)
    known = isinstance(table.get("id"), str | int | float | None)
    return table if known and isinstance(table.get("error", {}), dict | None) else None
