"""What ``tokenizer_config.json`` says, in the shapes that it says it in, and what ends a text."""

from __future__ import annotations

import json
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


def ends(
    data: Mapping[str, Any], ids: Mapping[str, int], config: Mapping[str, Any]
) -> tuple[str | None, str | None]:
    """Return the BOS that the tokenizer adds, and the EOS that it names."""
    from tokenizers import Tokenizer

    bos, eos = (content(config.get(key)) for key in ("bos_token", "eos_token"))
    # What is put around an empty text does not depend on the vocabulary.
    around: dict[str, Any] = {
        "version": "1.0",
        "added_tokens": [],
        "post_processor": data.get("post_processor"),
        "model": {"type": "BPE", "vocab": {}, "merges": []},
    }
    added = Tokenizer.from_str(json.dumps(around)).encode("", add_special_tokens=True).ids
    if added:
        return next((token for token, id in ids.items() if id == added[0]), None), eos
    return (bos if bos in ids and config.get("add_bos_token") else None), eos
