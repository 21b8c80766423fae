"""Panics of libraries in Rust, as errors that somebody answers for."""

from __future__ import annotations

import asyncio

from fimls.errors import TokenizerError


def foreign(error: BaseException) -> Exception:
    """Return an error as one that is no panic; what ends a task or the program goes on doing so.

    ``pyo3_runtime.PanicException``, by which libraries in Rust say that they cannot go on, is no
    Exception: nobody would answer the request.
    """
    if isinstance(error, Exception):
        return error
    if isinstance(error, asyncio.CancelledError | KeyboardInterrupt | SystemExit | GeneratorExit):
        raise error
    return TokenizerError(
        "The served model's tokenizer cannot read this text (it panicked): move what is long or"
        " repeats itself out of the line."
    )
