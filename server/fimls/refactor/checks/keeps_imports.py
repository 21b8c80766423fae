"""No import is lost that the file still needs."""

from __future__ import annotations

from fimls.refactor.change import Change
from fimls.refactor.checks.changed_part import tree
from fimls.syntax import Parsed
from fimls.syntax.definitions import definitions
from fimls.syntax.imports import imports
from fimls.syntax.names import names_in
from fimls.syntax.tree_walk import walk


def keeps_imports(change: Change) -> str | None:
    """Refuse that an import goes whose name is still used, or that may be there for what it does.

    A name that comes from somewhere else instead is kept.
    """
    before, after = tree(change.before, change.language), tree(change.after, change.language)
    if before is None or after is None:
        return None
    old, new = imports(before), imports(after)
    if {(each.names, each.text) for each in old} <= {(each.names, each.text) for each in new}:
        return None
    there = {name for each in new for name in each.names}
    there.update(each.name for each in definitions(after))
    texts, used = {each.text for each in new}, _used(after)
    for each in old:
        if not each.names and each.text not in texts:
            return f"It removes the import `{each.text}`."
        if each.names & used and not each.names & there:
            return f"It removes the import of `{each.text}`, which the file still uses."
    return None


def _used(parsed: Parsed) -> set[str]:
    """Return the names that are used outside of imports, in strings included (``__all__``)."""
    used = {name.text for name in names_in(parsed) if name.role != "bound"}
    for node in walk(parsed.root):
        if node.type.startswith("jsx_"):
            used.add("React")  # what a JSX element is turned into
        elif "string" in node.type and len(text := parsed.text_of(node)) < _LONGEST_NAME:
            used.update(text.strip("\"'").split("."))
    return used


_LONGEST_NAME = 80
