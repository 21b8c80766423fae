"""How good completions and edits are: on files of holes, and on cases of code actions.

It knows `backend`, `completion`, `context`, `jail`, `prompt`, `refactor`, `settings`, `syntax` and
`text`.
"""

from fimls.evaluation.cursors import CURSORS, Case, cases_of
from fimls.evaluation.edit_cases import EditCase
from fimls.evaluation.edit_cases import read_cases as read_edit_cases
from fimls.evaluation.edit_runner import (
    EditFinding,
    EditPlan,
    EditResult,
    evaluate_edits,
    summarise_edits,
)
from fimls.evaluation.hole_files import HoleSet, Row, read_set
from fimls.evaluation.hole_runner import Plan, evaluate, settings_for
from fimls.evaluation.multi_line_holes import spans_of
from fimls.evaluation.recorded_engine import RecordedBackend
from fimls.evaluation.report import CheckResult, summarise
from fimls.evaluation.result_file import Records, Result
from fimls.evaluation.strategies import OTHERS

__all__ = [
    "CURSORS",
    "OTHERS",
    "Case",
    "CheckResult",
    "EditCase",
    "EditFinding",
    "EditPlan",
    "EditResult",
    "HoleSet",
    "Plan",
    "RecordedBackend",
    "Records",
    "Result",
    "Row",
    "cases_of",
    "evaluate",
    "evaluate_edits",
    "read_edit_cases",
    "read_set",
    "settings_for",
    "spans_of",
    "summarise",
    "summarise_edits",
]
