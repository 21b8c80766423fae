"""What can stand behind an action's change, before it is made: what a menu may promise."""

from __future__ import annotations

from fimls.refactor.verdict import Kind

_EXACT = frozenset(
    {
        "convert-loop",
        "convert-strings",
        "extract-function",
        "extract-variable",
        "inline-variable",
        "rename",
    }
)
"""Of these a model finds a name at most."""
_EXECUTED = frozenset({"optimise", "simplify", "write-tests"})
"""For these executing the code is evidence."""
_ASKED = frozenset({"add-type-hints", "fix"})
"""For these a checker's word is."""


def promised_kind(action: str, language: str, *, executes: bool, checkers: bool) -> Kind:
    """Return the most that an action's change can turn out to be.

    Args:
        action: its name.
        language: the document's LSP language identifier.
        executes: whether code of the document's folder may be executed.
        checkers: whether the user's checkers may be run there.
    """
    if action in _EXACT:
        return "exact"
    if action == "simplify" and language == "python":
        return "checked"  # where it only arranges branches anew, that is proved
    if (action in _EXECUTED and executes and language == "python") or (
        action in _ASKED and checkers
    ):
        return "checked"
    return "suggestion"
