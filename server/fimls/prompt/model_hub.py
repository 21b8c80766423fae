"""A tokenizer's files from the model hub, or from its cache on this machine.

The engine names the model, so what is fetched is said in the log, and the token that the user may
have for the model hub is not sent: it is for the user's own models. Whoever serves a model that
wants one fetches its files with ``hf download``; what is in the cache is taken without a request.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from fimls.errors import TokenizerError

_AGAIN_AFTER_S = 10.0
"""How long the hub is not asked again for what it did not give: each keystroke would."""
_ANSWER_S = 10

logger = logging.getLogger(__name__)

_lock = threading.Lock()
_failed: dict[str, tuple[float, TokenizerError]] = {}


def from_model_hub(model: str) -> Callable[[str], Path | None]:
    """Return what finds a model's files by their names; it returns None for one that it lacks.

    Raises:
        TokenizerError: the hub does not give them, or did not a moment ago.
    """
    with _lock:
        failed_at, error = _failed.get(model, (0.0, None))
    if error is not None and time.monotonic() - failed_at < _AGAIN_AFTER_S:
        raise error

    def find(file: str) -> Path | None:
        try:
            return _find(model, file)
        except Exception as problem:  # the hub's library has a class for every way to have no file
            error = TokenizerError(_sentence(model, problem))
            with _lock:
                _failed[model] = time.monotonic(), error
            raise error from problem

    return find


def _find(model: str, file: str) -> Path | None:
    import huggingface_hub as hub  # comes with tokenizers
    from huggingface_hub import constants, errors

    cached = hub.try_to_load_from_cache(model, file)
    if cached is not None:
        return Path(cached) if isinstance(cached, str) else None
    logger.info("Fetching %s of %s from %s.", file, model, constants.ENDPOINT)
    try:
        path = hub.hf_hub_download(  # pyright: ignore[reportUnknownMemberType]
            model, file, token=False, etag_timeout=_ANSWER_S
        )
    except errors.LocalEntryNotFoundError:
        raise
    except errors.EntryNotFoundError:
        return None
    return Path(path)


def _sentence(model: str, problem: Exception) -> str:
    from huggingface_hub import constants, errors

    unreachable = isinstance(problem, errors.LocalEntryNotFoundError | OSError)
    why = "it cannot be reached" if unreachable else f"it says {type(problem).__name__}"
    return (
        f"The tokenizer of {model} cannot be fetched from {constants.ENDPOINT} ({why}): set"
        " model.tokenizer to a folder with the served model's tokenizer.json, or run"
        f" `hf download {model} tokenizer.json tokenizer_config.json` where it can."
    )
