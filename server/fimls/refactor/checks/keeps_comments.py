"""No comment is lost: what people wrote down stays."""

from __future__ import annotations

import re

from fimls.refactor.change import Change, Check
from fimls.refactor.checks.changed_part import shortened, tree
from fimls.syntax import Parsed
from fimls.syntax.comments import Comment, comments_of
from fimls.syntax.definitions import definitions
from fimls.syntax.docstrings import docstrings_of


def keeping_comments(*, documentation: bool = True, tasks: bool = True) -> Check:
    """Return the check that each comment is still there, be it elsewhere or wrapped anew.

    A docstring may be rewritten, but not go; what was a comment may become part of one.

    Args:
        documentation: whether that is so for documentation in comments, too: else it may be
            rewritten as docstrings may, but what had some must still have some.
        tasks: whether comments that say what is to be done (``TODO``) must stay.
    """

    def check(change: Change) -> str | None:
        before, after = tree(change.before, change.language), tree(change.after, change.language)
        if before is None or after is None:
            return None
        gone = set(docstrings_of(before)) - set(docstrings_of(after))
        if gone and gone <= {each.name for each in definitions(after)} | {""}:
            return f"It removes the docstring of `{min(gone) or 'the file'}`."
        free = set[Comment]()
        if not documentation and change.language != "python":
            old, new = _documented(before), _documented(after)
            kept = {each.name for each in definitions(after)}
            if lost := sorted((old.keys() & kept) - new.keys()):
                return f"It removes the documentation of `{lost[0]}`."
            free.update(*old.values())
        return _lost(before, after, free, tasks=tasks)

    check.__name__ = "keeps_comments"
    return check


keeps_comments = keeping_comments()

_QUOTES = re.compile(r"""^\w*["']+|["']+$""")
_TASK = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b|\bnot implemented\b", re.IGNORECASE)


def _lost(before: Parsed, after: Parsed, free: set[Comment], *, tasks: bool) -> str | None:
    texts = [each.words for each in comments_of(after)]
    docstrings = (_QUOTES.sub("", text) for text in docstrings_of(after).values())
    told = _padded(" ".join((*texts, *docstrings)))
    needed = dict[str, int]()
    for each in comments_of(before):
        if each in free or not each.words or (not tasks and _TASK.search(each.text)):
            continue
        words = _padded(each.words)
        needed[words] = needed.get(words, 0) + 1
        if told.count(words) < needed[words]:
            return f"It removes or changes the comment `{shortened(each.text)}`."
    return None


def _padded(text: str) -> str:
    """Return a text with a blank around every word, so that none is found inside of another."""
    return "".join(f" {word} " for word in text.split())


def _documented(parsed: Parsed) -> dict[str, list[Comment]]:
    """Return the comments that stand directly above each definition."""
    found = dict[str, list[Comment]]()
    ends = {each.end: each for each in comments_of(parsed)}
    for definition in definitions(parsed):
        place = definition.start
        while above := _ABOVE.search(parsed.text, 0, place):
            comment = ends.get(above.start())
            if comment is None:
                break
            found.setdefault(definition.name, []).append(comment)
            place = comment.start
    return found


_ABOVE = re.compile(r"[ \t]*(?:\r\n|\r|\n)(?:[ \t]*#!?\[.*\](?:\r\n|\r|\n))*[ \t]*\Z")
"""A line end, and Rust's attributes, between a comment and what it is about."""
