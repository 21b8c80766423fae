"""How good completions and edits are: on files of holes, and on cases of code actions."""

from fimls.evaluation.cases import CURSORS, Case, cases_of
from fimls.evaluation.edit_cases import EditCase
from fimls.evaluation.edit_cases import read_cases as read_edit_cases
from fimls.evaluation.edits import (
    EditFinding,
    EditPlan,
    EditResult,
    evaluate_edits,
    summarise_edits,
)
from fimls.evaluation.infilling import HoleSet, Row, read_set
from fimls.evaluation.recorded import RecordedBackend
from fimls.evaluation.records import Records, Result
from fimls.evaluation.report import Finding, summarise
from fimls.evaluation.runner import Plan, evaluate, settings_for
from fimls.evaluation.sandbox import passes
from fimls.evaluation.spans import spans_of
from fimls.evaluation.ways import OTHERS

__all__ = [
    "CURSORS",
    "OTHERS",
    "Case",
    "EditCase",
    "EditFinding",
    "EditPlan",
    "EditResult",
    "Finding",
    "HoleSet",
    "Plan",
    "RecordedBackend",
    "Records",
    "Result",
    "Row",
    "cases_of",
    "evaluate",
    "evaluate_edits",
    "passes",
    "read_edit_cases",
    "read_set",
    "settings_for",
    "spans_of",
    "summarise",
    "summarise_edits",
]
