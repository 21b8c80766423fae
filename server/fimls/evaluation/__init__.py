"""How good completions are: the whole pipeline beside the plain prompt, on files of holes."""

from fimls.evaluation.cases import CURSORS, Case, cases_of
from fimls.evaluation.infilling import HoleSet, Row, read_set
from fimls.evaluation.records import Records, Result
from fimls.evaluation.report import Finding, summarise
from fimls.evaluation.runner import Plan, evaluate, settings_for
from fimls.evaluation.sandbox import passes
from fimls.evaluation.ways import OTHERS

__all__ = [
    "CURSORS",
    "OTHERS",
    "Case",
    "Finding",
    "HoleSet",
    "Plan",
    "Records",
    "Result",
    "Row",
    "cases_of",
    "evaluate",
    "passes",
    "read_set",
    "settings_for",
    "summarise",
]
