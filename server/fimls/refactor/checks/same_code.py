"""The code stays what it is: only its documentation, its type hints or its comments change."""

from __future__ import annotations

from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING

from fimls.refactor.change import Change, Check
from fimls.refactor.checks.changed_part import line_at, shortened, tree
from fimls.refactor.checks.same_python import difference
from fimls.syntax import Parsed
from fimls.syntax.code_shape import shape
from fimls.syntax.comments import Comment, comments_of
from fimls.syntax.docstrings import is_docstring
from fimls.syntax.python_ast import module_of
from fimls.syntax.tree_walk import is_comment
from fimls.syntax.word_sets import words

if TYPE_CHECKING:
    from tree_sitter import Node


def same_code(
    *, docstrings: bool = False, annotations: bool = False, comments: bool = False
) -> Check:
    """Return the check that nothing but the named things and blanks changes.

    Comments that tools read (``# noqa``, ``//go:build``) are code. Python is compared by its own
    syntax tree; other languages by tree-sitter's, where documentation is comments, and where only
    TypeScript has type hints that are gone when the program runs.

    Args:
        docstrings: whether documentation may be added or rewritten; it may not go.
        annotations: whether type hints may be added or rewritten; they may not go. In Python they
            must be free of calls, and stand where nothing reads them when the program runs.
        comments: whether comments may change.
    """

    def check(change: Change) -> str | None:
        before, after = tree(change.before, change.language), tree(change.after, change.language)
        if before is None or after is None:
            same = change.before.split() == change.after.split()
            return None if same else f"Nobody can tell what is code in {change.language} here."
        python = change.language == "python"
        if problem := _comments(
            before, after, all_of_them=not (comments or (docstrings and not python))
        ):
            return problem
        if python and (old := module_of(change.before)) and (new := module_of(change.after)):
            return difference(
                old, new, change.after, docstrings=docstrings, annotations=annotations
            )
        erased = annotations and change.language in ("typescript", "typescriptreact")
        return _shapes(before, after, docstrings=docstrings and python, types=erased)

    check.__name__ = "same_code"
    return check


def _comments(before: Parsed, after: Parsed, *, all_of_them: bool) -> str | None:
    """Compare the comments that must stay as they are, blanks aside."""
    old, new = (
        [each for each in comments_of(parsed) if all_of_them or each.is_pragma]
        for parsed in (before, after)
    )
    for one, other in zip_longest(old, new):
        if one is None:
            return f"It adds the comment `{shortened(other.text)}`."
        if other is None or one.text.split() != other.text.split():
            return f"It changes or removes the comment `{shortened(one.text)}`."
    return None


def _shapes(before: Parsed, after: Parsed, *, docstrings: bool, types: bool) -> str | None:
    def is_left_out(parsed: Parsed, node: Node) -> bool:
        if is_comment(node):
            return not Comment(parsed.text_of(node), 0, 0).is_pragma
        if types and node.type in _TYPES:
            return not _is_read(node)
        return docstrings and is_docstring(node)

    old, new = (shape(each, partial(is_left_out, each)) for each in (before, after))
    for one, other in zip_longest(old, new):
        if one is None or other is None or one[0] != other[0]:
            place = after.offset(other[1]) if other else len(after.text)
            return f"It changes the code itself at {line_at(after.text, place)}."
    return None


_TYPES = words("type_annotation type_predicate_annotation asserts_annotation")


def _is_read(node: Node) -> bool:
    """Whether decorators may read a type when the program runs, as frameworks do to inject."""
    above = node.parent
    while above is not None:
        siblings = above.parent.children if above.parent else []
        if any(each.type == "decorator" for each in (*above.children, *siblings)):
            return True
        above = above.parent
    return False
