"""Where a served model's tokenizer is read: a folder, a GGUF file, or the model hub.

It is the engine that names it: its files are read within bounds.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from fimls.bounded_file import read_regular_file
from fimls.prompt.gguf_tokenizer import read_gguf
from fimls.prompt.model_hub import from_model_hub

_MOST_BYTES = {
    "tokenizer.json": 128 * 2**20,
    "tokenizer_config.json": 8 * 2**20,
    "chat_template.jinja": 2**20,
}
"""Of each file; the largest known have a quarter of that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenizerFiles:
    """What a model has of its tokenizer, as it is written.

    Attributes:
        tokenizer: what ``tokenizer.json`` says.
        config: ``tokenizer_config.json``.
        chat_template: ``chat_template.jinja``, which newer models have beside the configuration.
    """

    tokenizer: dict[str, Any]
    config: dict[str, Any] = field(default_factory=dict[str, Any])
    chat_template: str = ""


def read_tokenizer_files(location: str) -> TokenizerFiles:
    """Read them from a folder, from a GGUF file, or from the model hub by name.

    Raises:
        TokenizerError: the model hub does not give them.
        OSError, ValueError: they are not there, too large, or not what they should be.
    """
    folder = Path(location).expanduser()
    if folder.suffix == ".gguf":
        tokenizer, config = read_gguf(folder)
        return TokenizerFiles(tokenizer=tokenizer, config=config)
    find: Callable[[str], Path | None] = folder.joinpath
    if not folder.is_dir():
        find = from_model_hub(location)
    config: Any = json.loads(_read(find, "tokenizer_config.json") or "{}")
    return TokenizerFiles(
        tokenizer=json.loads(_read(find, "tokenizer.json", needed=True)),
        config=cast("dict[str, Any]", config) if isinstance(config, dict) else {},
        chat_template=_read(find, "chat_template.jinja"),
    )


def is_on_this_machine(location: str) -> bool:
    """Whether a location is a folder or a file here, rather than a name at the model hub."""
    try:
        path = Path(location).expanduser()
        return path.is_dir() or path.is_file()
    except (OSError, ValueError, RuntimeError):
        return False


def _read(find: Callable[[str], Path | None], name: str, *, needed: bool = False) -> str:
    path = find(name)
    try:
        if path is None:
            raise FileNotFoundError(f"there is no {name}")
        return read_regular_file(path, most_bytes=_MOST_BYTES[name]).decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        if needed:
            raise
        return ""
