"""Nothing changes outside of what a change says it touches."""

from __future__ import annotations

from fimls.refactor.change import Change


def within_range(change: Change) -> str | None:
    """Refuse a change of anything before its start or behind its end."""
    before, after = change.before, change.after
    if not 0 <= change.start <= change.end <= len(before):
        return "The change does not say which part of the file it is of."
    behind = len(before) - change.end
    if len(after) < change.start + behind or not after.startswith(before[: change.start]):
        return "It changes the file before the part that it is about."
    if behind and after[len(after) - behind :] != before[change.end :]:
        return "It changes the file behind the part that it is about."
    return None
