"""Which grammar reads a language, by its LSP name."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from tree_sitter import Language

_GRAMMARS = {
    "c": "c",
    "cpp": "cpp",
    "csharp": "c_sharp",
    "css": "css",
    "cuda-cpp": "cpp",
    "go": "go",
    "html": "html",
    "java": "java",
    "javascript": "javascript",
    "javascriptreact": "javascript",
    "json": "json",
    "kotlin": "kotlin",
    "lua": "lua",
    "php": "php",
    "python": "python",
    "ruby": "ruby",
    "rust": "rust",
    "scala": "scala",
    "shellscript": "bash",
    "swift": "swift",
    "toml": "toml",
    "typescript": "typescript",
    "typescriptreact": "typescript.tsx",
    "yaml": "yaml",
}
"""Language identifier, as LSP's list of text document items names it -> grammar.

A grammar ``a.b`` is ``language_b`` of the package ``tree_sitter_a``.
"""

_LIKE = {"bash": "shellscript", "jsonc": "json", "sh": "shellscript", "zsh": "shellscript"}
"""Names that some editors use instead, and languages that a grammar reads well enough."""


def grammar_for(language_id: str) -> Language | None:
    """Return the tree-sitter language for a language as LSP names it, or None."""
    name = _GRAMMARS.get(_LIKE.get(language_id, language_id))
    return load(name) if name else None


@cache
def load(name: str) -> Language | None:
    """Return a grammar by its own name; None where its package is not installed."""
    package, _, variant = name.partition(".")
    if not variant and package in ("php", "typescript"):
        variant = package
    try:
        from tree_sitter import Language

        module = import_module(f"tree_sitter_{package}")
    except ImportError:
        return None
    name = f"language_{variant}" if variant else "language"
    make = cast("Callable[[], object]", getattr(module, name))
    return Language(make())
