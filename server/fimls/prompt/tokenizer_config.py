"""What ``tokenizer_config.json`` says, in the shapes that it says it in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast


def content(token: object) -> str | None:
    """Return a token's text, which stands there by itself or in a table."""
    if isinstance(token, dict):
        return cast("dict[str, str]", token).get("content")
    return token if isinstance(token, str) else None


def named_tokens(config: Mapping[str, Any]) -> dict[str, str]:
    """Return the special tokens that chat templates call by name (``bos_token``)."""
    named = {key: content(value) for key, value in config.items() if key.endswith("_token")}
    return {key: token for key, token in named.items() if token is not None}


def default_template(config: Mapping[str, Any]) -> str:
    """Return the configuration's chat template; where it has several, the one called default."""
    template: Any = config.get("chat_template")
    if isinstance(template, list):
        named = {each["name"]: each["template"] for each in cast("list[dict[str, str]]", template)}
        template = named.get("default")
    return template if isinstance(template, str) else ""
