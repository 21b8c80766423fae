"""The rungs, in the order in which a change climbs them."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from fimls.refactor.verdict import Finding, Kind, Verdict
from fimls.refactor.verification.answered import Answered, Rung
from fimls.refactor.verification.assigned_names import assigned_names
from fimls.refactor.verification.checkers import diagnostic_gone, nothing_new
from fimls.refactor.verification.documentation_read import documentation_read
from fimls.refactor.verification.execution.same_behaviour import NAME as SAME_BEHAVIOUR
from fimls.refactor.verification.execution.same_behaviour import same_behaviour
from fimls.refactor.verification.execution.written_tests import written_tests
from fimls.refactor.verification.kept_effects import kept_effects
from fimls.refactor.verification.kept_expressions import NAME as EXPRESSIONS
from fimls.refactor.verification.kept_expressions import kept_expressions
from fimls.refactor.verification.kept_tokens import kept_tokens
from fimls.refactor.verification.known_imports import known_imports
from fimls.refactor.verification.python_version import python_version
from fimls.refactor.verification.same_ways import NAME as SAME_WAYS
from fimls.refactor.verification.same_ways import same_ways

logger = logging.getLogger(__name__)

RUNGS: tuple[Rung, ...] = (
    same_ways,
    kept_effects,
    kept_tokens,
    kept_expressions,
    assigned_names,
    known_imports,
    python_version,
    documentation_read,
    diagnostic_gone,
    nothing_new,
    same_behaviour,
    written_tests,
)
"""The cheap ones first: what one refutes, the later ones are not asked about."""


def climb(answered: Answered, rungs: Sequence[Rung] = RUNGS) -> Verdict:
    """Return what speaks for a change and against it.

    A change is checked where one rung has evidence for it and none doubts it. Executing both
    versions settles doubts about comparisons and constants, which a faster algorithm has others of;
    after a proof that both go the same ways nothing else is asked.
    """
    findings: list[Finding] = []
    for rung in rungs:
        found = _asked(rung, answered)
        if found is not None:
            findings.append(found)
            if found.state == "refuted" or (found.rung == SAME_WAYS and found.evidence):
                break
    evidence = any(each.evidence for each in findings)
    doubts = [each for each in findings if each.state == "doubtful"]
    if any(each.rung in _SETTLING and each.evidence for each in findings):
        doubts = [each for each in doubts if each.rung != EXPRESSIONS]
    kind: Kind = "checked" if evidence and not doubts else "suggestion"
    return Verdict(kind, tuple(findings))


_SETTLING = frozenset({SAME_BEHAVIOUR})


def _asked(rung: Rung, answered: Answered) -> Finding | None:
    """Ask a rung; one that fails does not take the change with it, and does not speak for it."""
    try:
        return rung(answered)
    except Exception as error:
        name = getattr(rung, "__name__", "a rung").replace("_", " ")
        logger.error("The check %s failed (%s): please report it.", name, type(error).__name__)
        logger.debug("It failed because:", exc_info=error)
        return Finding(name, "not run", "it failed")
