"""What is asked of the completion service, and what it answers; no LSP types."""

from __future__ import annotations

from dataclasses import dataclass, field

from fimls.backend.base import Usage
from fimls.text import Document, Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One request for an inline completion.

    Attributes:
        document: the immutable snapshot the request was made for.
        cursor: where the editor's cursor is.
        automatic: true while typing; false when the user asked by hand.
    """

    document: Document
    cursor: Point
    automatic: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long one generation took, from asking the engine on.

    Attributes:
        first_token_ms: milliseconds to the first token, or None if none came.
        total_ms: milliseconds to the end of the generation.
    """

    first_token_ms: float | None = None
    total_ms: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One proposal: `text` replaces what stands between `start` and `end`, which are on one line.

    Attributes:
        text: what to insert.
        start: first point that is replaced.
        end: point after the last one that is replaced.
        usage: what the engine counted for it.
        timing: how long it took.
    """

    text: str
    start: Point
    end: Point
    usage: Usage = field(default_factory=Usage)
    timing: Timing = field(default_factory=Timing)
