"""How the kinds of code actions are told apart in a menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fimls.refactor.verdict import Kind

_SAID: dict[Kind, str] = {
    "exact": "",
    "checked": " (by a model, checked)",
    "suggestion": " (by a model, to review)",
}


def titled(title: str, kind: Kind) -> str:
    """Return an action's title with what stands behind its edit; what is exact says nothing."""
    return title + _SAID[kind]
