"""What is asked of the completion service, and what it answers; no LSP types."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from fimls.backend.base import Usage
from fimls.context import Snippet
from fimls.text import Document, Point

Source: TypeAlias = Literal["engine", "running", "memory"]
"""Where an answer comes from: asked for it, read from a generation that ran already, or ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """The item selected in the editor's completion menu: `text` would replace `start` to `end`."""

    start: Point
    end: Point
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One request for an inline completion.

    Attributes:
        document: the immutable snapshot the request was made for.
        cursor: where the editor's cursor is.
        automatic: true while typing; false when the user asked by hand.
        selected: the item selected in the editor's completion menu, if that is open.
        others: the other documents that are open, the one that was opened last first.
        snippets: what may help of other files, the best first.
    """

    document: Document
    cursor: Point
    automatic: bool = True
    selected: Selected | None = None
    others: tuple[Document, ...] = field(default=(), compare=False, repr=False)
    snippets: tuple[Snippet, ...] = field(default=(), compare=False, repr=False)


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
    """One suggestion: `text` replaces what stands between `start` and `end`, which are on one line.

    Attributes:
        text: what to insert.
        start: first point that is replaced.
        end: point after the last one that is replaced.
        usage: what the engine counted for the generation it comes from.
        timing: how long that generation took.
        source: whether that generation was made for this query.
        changed_by: names of the filters that changed the text.
    """

    text: str
    start: Point
    end: Point
    usage: Usage = field(default_factory=Usage)
    timing: Timing = field(default_factory=Timing)
    source: Source = "engine"
    changed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPrompt:
    """What the engine would be asked, for people to read.

    Attributes:
        text: the prompt, its special tokens written out.
        tokens: how many it has.
        fragment: what was typed of the word at the cursor and left out of the prompt: the answer
            must begin with it.
        model: the served model.
        snippets: what of it is of other files, in its order, each with its tokens.
    """

    text: str
    tokens: int
    fragment: str
    model: str
    snippets: tuple[tuple[Snippet, int], ...] = ()
