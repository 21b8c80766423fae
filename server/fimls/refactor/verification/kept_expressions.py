"""The comparisons, operators and constants of the code: what a rewriting has no need to change."""

from __future__ import annotations

from fimls.refactor.verdict import Finding
from fimls.refactor.verification.answered import Answered
from fimls.refactor.verification.features import features_of
from fimls.refactor.verification.kept_effects import SAME

NAME = "comparisons and constants kept"


def kept_expressions(answered: Answered) -> Finding | None:
    """Say which comparison or constant of Python code differs.

    A faster algorithm compares and counts differently and may still be right: what is doubtful here
    is settled where both versions are executed (`fimls.refactor.verification.ladder`).
    """
    modules = answered.modules()
    if modules is None or answered.action not in SAME:
        return None
    old, new = map(features_of, modules)
    for was, now in ((old.comparisons, new.comparisons), (old.constants, new.constants)):
        for said, more, less in (("it loses {}", was, now), ("it adds {}", now, was)):
            for each in sorted(more - less):
                return Finding(NAME, "doubtful", said.format(each))
    return Finding(NAME, "passed")
