"""What of a model's text is the answer."""

from __future__ import annotations

import re

from fimls.refactor.action import Question, Refusal, Target
from fimls.refactor.selection import Selection


def read_answer(
    answer: str, selection: Selection, target: Target, question: Question
) -> str | Refusal:
    """Return the answer's text."""
    found = re.search(r"```\w*\n(.*?)\n?```", answer, re.DOTALL)
    return found[1] if found else answer.strip("\n")
