"""Code actions: refactorings that a model writes and that are checked before they are offered.

It knows `backend`, `context`, `jail`, `prompt`, `settings`, `syntax` and `text`.
"""

from fimls.refactor.action import Action, Question, Refusal, Target
from fimls.refactor.change import Change, Check, Explanation, NewFile, ProposedName
from fimls.refactor.selection import Problem, Selection

__all__ = [
    "Action",
    "Change",
    "Check",
    "Explanation",
    "NewFile",
    "Problem",
    "ProposedName",
    "Question",
    "Refusal",
    "Selection",
    "Target",
]
