"""The file can be parsed at least as well as before."""

from __future__ import annotations

from fimls.refactor.change import Change
from fimls.refactor.checks.changed_part import line_at, tree
from fimls.syntax import NO_MARKS, Parsed, Span, errors, marks_of, scan
from fimls.syntax.python_ast import complaint


def parses(change: Change) -> str | None:
    """Refuse a change after which there are more syntax errors, or larger ones, than before.

    Python must also compile, if it did before; without a grammar, brackets and strings must close.
    """
    before, after = tree(change.before, change.language), tree(change.after, change.language)
    if before is None or after is None:
        return _brackets(change)
    if change.language == "python" and complaint(change.before) is None:
        problem = complaint(change.after)
        return f"The result is not valid Python: {problem}." if problem else None
    return _worse(change, before, after)


def _worse(change: Change, before: Parsed, after: Parsed) -> str | None:
    old, new = errors(before), errors(after)
    end = len(change.after) - (len(change.before) - change.end)
    old_here = [span for span in old if _touches(span, change.start, change.end)]
    new_here = [span for span in new if _touches(span, change.start, end)]
    # One unclosed bracket makes a single error of all the rest of a file: count what is lost, too.
    lost = _outside(new, change.start, end) > _outside(old, change.start, change.end)
    if len(new) > len(old) or len(new_here) > len(old_here) or lost:
        place = (new_here or new)[0].start
        return f"The result has a syntax error at {line_at(change.after, place)}."
    # What is wrong inside of an error does not show: brackets must close there, too.
    return _brackets(change) if old else None


def _touches(span: Span, start: int, end: int) -> bool:
    return span.start <= end and span.end >= start


def _outside(spans: list[Span], start: int, end: int) -> int:
    """Return how many characters outside of a part are not understood."""
    inside = sum(max(min(span.end, end) - max(span.start, start), 0) for span in spans)
    return sum(span.end - span.start for span in spans) - inside


def _brackets(change: Change) -> str | None:
    marks = marks_of(change.language)
    if marks is NO_MARKS:
        return None
    old, new = scan(change.before, marks), scan(change.after, marks)
    if len(new.open) > len(old.open) or (new.in_text and not old.in_text):
        return f"The result leaves `{(new.open or new.until)[-1:]}` open at its end."
    if len(new.unmatched) > len(old.unmatched):
        return (
            f"The result closes what nothing opens, at {line_at(change.after, new.unmatched[0])}."
        )
    return None
