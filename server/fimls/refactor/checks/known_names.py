"""Every name that is used has a meaning: nothing is made up, and no definition gone."""

from __future__ import annotations

from fimls.refactor.change import Change
from fimls.refactor.checks.changed_part import line_at, tree
from fimls.refactor.checks.known_python import unknown_in_python
from fimls.syntax import Parsed
from fimls.syntax.builtin_names import builtins_of
from fimls.syntax.imports import imports
from fimls.syntax.names import names_in
from fimls.syntax.python_ast import scopes_of
from fimls.syntax.tree_walk import walk
from fimls.syntax.word_sets import words


def known_names(change: Change) -> str | None:
    """Refuse that a name is used which nothing defines and which was not used before.

    Python tells itself what its names mean. In other languages a name is known if the file binds it
    anywhere; what is looked up in an object can be told only of ``this`` in a class that extends
    no other. Where the names that a language brings are not known, nothing is.
    """
    if change.language == "python" and scopes_of(change.before) and scopes_of(change.after):
        name = unknown_in_python(change.before, change.after)
        return f"It uses `{name}`, which nothing in the file defines." if name else None
    builtins = builtins_of(change.language)
    before, after = tree(change.before, change.language), tree(change.after, change.language)
    if before is None or after is None or builtins is None:
        return None
    old, new = list(names_in(before)), list(names_in(after))
    was_bound, bound = ({n.text for n in names if n.role == "bound"} for names in (old, new))
    bound.update(name for each in imports(after) for name in each.names)
    there, closed = {name.text for name in old}, not _extends(after)
    for name in new:
        if name.role == "bound" or name.text in bound or name.text in builtins:
            continue
        if name.role == "member" and not (name.own and closed):
            continue
        place = line_at(change.after, after.offset(name.start))
        if name.text not in there:
            return f"It uses `{name.text}`, which nothing in the file defines, at {place}."
        if name.role == "used" and name.text in was_bound:
            return f"It uses `{name.text}`, which is not defined any more, at {place}."
    return None


def _extends(parsed: Parsed) -> bool:
    """Whether anything in a text has members that stand elsewhere."""
    return any(node.type in _HEIRS for node in walk(parsed.root))


_HEIRS = words("""
    class_heritage superclass base_list base_clause delegation_specifiers base_class_clause
    use_declaration decorator
""")
