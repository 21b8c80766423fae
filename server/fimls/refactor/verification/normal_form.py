"""A normal form of Python: what differs only in how it is written down is the same.

Every step keeps what is evaluated, how often and in which order. What has no such step stays as it
is, so that two texts with one normal form do the same, and others may or may not.
"""

from __future__ import annotations

import ast

from fimls.refactor.verification.normal_branches import arranged_module
from fimls.refactor.verification.normal_expressions import with_normal_values


def normal_form(module: ast.Module) -> str:
    """Return what is the same for modules that differ in how branches and values are written."""
    module = ast.parse(ast.unparse(module))
    return ast.dump(arranged_module(with_normal_values(module)))
