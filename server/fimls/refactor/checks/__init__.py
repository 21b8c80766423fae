"""What a change must pass before it is offered: pure functions, one a file.

Each says in a sentence what is wrong, or None; none of them ever raises. Their ``__name__`` is what
they are called in reports.
"""

from fimls.refactor.change import Check
from fimls.refactor.checks.keeps_comments import keeping_comments, keeps_comments
from fimls.refactor.checks.keeps_definitions import keeping_definitions, keeps_definitions
from fimls.refactor.checks.keeps_imports import keeps_imports
from fimls.refactor.checks.keeps_layout import keeps_layout
from fimls.refactor.checks.known_names import known_names
from fimls.refactor.checks.parses import parses
from fimls.refactor.checks.same_code import same_code
from fimls.refactor.checks.sane_size import sane_size
from fimls.refactor.checks.stays_apart import stays_apart
from fimls.refactor.checks.within_range import within_range

CHECKS: dict[str, Check] = {
    "parses": parses,
    "keeps_layout": keeps_layout,
    "sane_size": sane_size,
    "stays_apart": stays_apart,
    "keeps_definitions": keeps_definitions,
    "keeps_imports": keeps_imports,
    "keeps_comments": keeps_comments,
    "known_names": known_names,
    "same_code": same_code(),
    "same_code_but_comments": same_code(comments=True),
    "same_code_but_docstrings": same_code(docstrings=True),
    "same_code_but_annotations": same_code(annotations=True),
}
"""The checks that a user's own actions can name."""

EXACT: tuple[Check, ...] = (parses, within_range, keeps_comments, keeps_layout)
"""What any change is held to that no model writes, beside its own proof."""

__all__ = [
    "CHECKS",
    "EXACT",
    "keeping_comments",
    "keeping_definitions",
    "keeps_comments",
    "keeps_definitions",
    "keeps_imports",
    "keeps_layout",
    "known_names",
    "parses",
    "same_code",
    "sane_size",
    "stays_apart",
    "within_range",
]
