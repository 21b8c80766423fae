"""A file's language, as LSP names it, by the end of its name; other files are no code."""

from __future__ import annotations

from pathlib import PurePath

_ENDS = {
    "shellscript": "sh bash zsh",
    "c": "c h",
    "cpp": "cc cpp cxx hh hpp hxx ino",
    "csharp": "cs",
    "css": "css",
    "cuda-cpp": "cu cuh",
    "dart": "dart",
    "elixir": "ex exs",
    "go": "go",
    "groovy": "groovy gradle",
    "haskell": "hs",
    "java": "java",
    "javascript": "js mjs cjs",
    "javascriptreact": "jsx",
    "julia": "jl",
    "kotlin": "kt kts",
    "lua": "lua",
    "perl": "pl pm",
    "php": "php",
    "proto": "proto",
    "python": "py pyi",
    "r": "r",
    "ruby": "rb rake",
    "rust": "rs",
    "scala": "scala sc",
    "scss": "scss",
    "sql": "sql",
    "svelte": "svelte",
    "swift": "swift",
    "typescript": "ts mts cts",
    "typescriptreact": "tsx",
    "vue": "vue",
    "zig": "zig",
}
INDEXED = f"**/*.{{{','.join(end for ends in _ENDS.values() for end in ends.split())}}}"
"""The files that may be in an index, as a pattern that editors watch."""

_LANGUAGES = {end: language for language, ends in _ENDS.items() for end in ends.split()}


def language_of(path: str) -> str | None:
    """Return the language of a file, or None where its name tells of none that is indexed."""
    return _LANGUAGES.get(PurePath(path).suffix.lower().removeprefix("."))


_TOGETHER = (
    {"javascript", "javascriptreact", "typescript", "typescriptreact", "vue", "svelte"},
    {"c", "cpp", "cuda-cpp"},
    {"java", "kotlin", "scala", "groovy"},
)


def together(one: str, other: str) -> bool:
    """Whether files of one language use what those of the other define."""
    return one == other or any({one, other} <= each for each in _TOGETHER)
