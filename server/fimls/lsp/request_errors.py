"""Requests that end with an error on purpose: the user reads the sentence."""

from __future__ import annotations

from lsprotocol import types

from fimls.errors import FimlsError


class RequestError(FimlsError):
    """A request that is answered with an error of the protocol, and is no fault of the server."""

    def __init__(self, message: str, code: int = types.LSPErrorCodes.RequestFailed) -> None:
        """Say why, with the code that tells the client what to make of it."""
        super().__init__(message)
        self.code = int(code)

    def to_response_error(self) -> types.ResponseError:
        """Return the protocol's error."""
        return types.ResponseError(code=self.code, message=str(self))


def moved() -> RequestError:
    """Return the answer for a document that is no longer the one that was asked about."""
    return RequestError(
        "The document changed meanwhile, so nothing was done: try again.",
        types.LSPErrorCodes.ContentModified,
    )


def invalid(what: str) -> RequestError:
    """Return the answer for parameters that make no sense."""
    return RequestError(what, types.ErrorCodes.InvalidParams)


def unread(why_not: str) -> str:
    """Return the sentence for a document that is too much to be read as code."""
    return f"This file is not read as code: {why_not}."
