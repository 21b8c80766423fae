"""The text of an f-string: put together from pieces, and only if Python can read it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


class Impossible(Exception):
    """There is no such f-string; it says why."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A string literal: ``prefix``, ``quotes``, and the source text between them."""

    prefix: str
    quotes: str
    content: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an f-string: text as it stands in the source, or an expression and its format."""

    text: str = ""
    expression: str = ""
    after: str = ""


def braced(text: str) -> str:
    """Return a text as it is written in an f-string."""
    return text.replace("{", "{{").replace("}", "}}")


def f_string(literal: Literal, pieces: list[Piece]) -> str:
    """Return the f-string of these pieces; a plain string where none of them is an expression.

    Raises:
        Impossible: there is none.
    """
    if not any(piece.expression for piece in pieces):
        plain = "".join(piece.text for piece in pieces).replace("{{", "{").replace("}}", "}")
        return f"{literal.prefix}{literal.quotes}{plain}{literal.quotes}"
    expressions = "".join(piece.expression for piece in pieces)
    quotes = literal.quotes
    if quotes[0] in expressions:
        other = {"'": '"', '"': "'"}[quotes[0]] * len(quotes)
        if other[0] in expressions or other[0] in literal.content:
            raise Impossible("Both kinds of quotation marks are used in it.")
        quotes = other
    inside = "".join(
        f"{{{' ' if piece.expression.startswith('{') else ''}{piece.expression}{piece.after}}}"
        if piece.expression
        else piece.text
        for piece in pieces
    )
    made = f"f{literal.prefix}{quotes}{inside}{quotes}"
    try:
        ast.parse(made, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Impossible("There is no such f-string.") from error
    return made
