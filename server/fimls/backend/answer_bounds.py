"""How much an engine may answer to one request: who reads more takes time for each character."""

from __future__ import annotations

from fimls.backend.base import GenerateRequest
from fimls.backend.error_messages import too_much

_TOKEN_CHARACTERS = 256
"""Of a token, on the average: the longest of vocabularies are rows of blanks half as long."""
_MORE_TOKENS = 64
"""Than were asked for: an engine that guesses ahead may be some too far."""


class AnswerBounds:
    """The bounds of one answer; all adapters have the same ones."""

    def __init__(self, request: GenerateRequest, url: str) -> None:
        """`url` is for error messages."""
        self._characters = (request.max_new_tokens + 1) * _TOKEN_CHARACTERS
        self._tokens = request.max_new_tokens + _MORE_TOKENS
        self._url = url

    def check(self, *, characters: int = 0, tokens: int = 0) -> None:
        """Check how much has come so far: text, and tokens that are told one by one.

        Raises:
            BackendProtocolError: it is more than was asked for.
        """
        if characters > self._characters or tokens > self._tokens:
            raise too_much(self._url)
