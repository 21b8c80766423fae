"""What the index has of one file; the text itself stays where it is."""

from __future__ import annotations

from dataclasses import dataclass

from fimls.context.terms import terms
from fimls.context.windows import LONGEST_LINE, Lines, cut
from fimls.syntax import parse
from fimls.syntax.tags import Tag, tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file.

    Attributes:
        language_id: its language.
        windows: its windows, each with its terms.
        tags: what it defines.
    """

    language_id: str
    windows: tuple[tuple[Lines, frozenset[str]], ...]
    tags: tuple[Tag, ...]


def entry(text: str, language_id: str) -> Entry:
    """Return what the index is to have of a file."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = [line[:LONGEST_LINE] for line in text.split("\n")]
    parsed = parse(text, language_id)
    return Entry(
        language_id=language_id,
        windows=tuple(
            (each, frozenset(terms("\n".join(lines[each.first : each.end])))) for each in cut(lines)
        ),
        tags=tuple(tags(parsed, language_id)) if parsed is not None else (),
    )
