"""The code in an answer: without the fences and the prose around it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fimls.refactor.action import Refusal
from fimls.syntax import count_errors, parse


def code_in(text: str, language: str) -> str | Refusal:
    r"""Return the one piece of code in a text whose lines end with ``\n``.

    Fences inside of the code, as in documentation, belong to it: a fence closes where it is
    indented like the one that opened, and where what it closes is not itself opened inside.

    Args:
        text: an answer.
        language: LSP language identifier of what is asked for.
    """
    lines = text.split("\n")
    fences = [(number, fence) for number, line in enumerate(lines) if (fence := _FENCE.match(line))]
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if not fences or (fences[0][0] != first and _parses(text, language)):
        return _checked(text, language)
    blocks = _blocks(lines)
    if isinstance(blocks, Refusal):
        return blocks
    texts = {block.text.strip("\n") for block in blocks}
    if len(texts) > 1:
        outer = _outermost(lines)
        if outer is None or not _parses(outer, language):
            return Refusal(f"The answer has {len(blocks)} code blocks where one is asked for.")
        return _checked(outer, language)
    named = blocks[0].language
    if named in ("diff", "patch"):
        return Refusal("The answer is a diff, not the new text.")
    if named in _LANGUAGES and language not in _LANGUAGES[named]:
        return Refusal(f"The answer is in {named} where the file is in {language}.")
    return _checked(blocks[0].text, language)


@dataclass(frozen=True, slots=True)
class _Block:
    language: str
    text: str


def _blocks(lines: list[str]) -> list[_Block] | Refusal:
    blocks, place = list[_Block](), 0
    while place < len(lines):
        opening = _FENCE.match(lines[place])
        if opening is None:
            place += 1
            continue
        end = _closing(lines, place, opening)
        if end is None:
            return Refusal("The answer ends inside of its code block.")
        info = opening.group("info").strip().lower().split()
        blocks.append(_Block(info[0] if info else "", "\n".join(lines[place + 1 : end])))
        place = end + 1
    return blocks


def _closing(lines: list[str], start: int, opening: re.Match[str]) -> int | None:
    depth = 1
    for number in range(start + 1, len(lines)):
        fence = _FENCE.match(lines[number])
        if (
            fence is None
            or fence.group("indent") != opening.group("indent")
            or fence.group("mark")[0] != opening.group("mark")[0]
            or len(fence.group("mark")) < len(opening.group("mark"))
        ):
            continue
        depth += 1 if fence.group("info").strip() else -1
        if depth == 0:
            return number
    return None


def _outermost(lines: list[str]) -> str | None:
    """Return what stands between the first fence and the last one."""
    fences = [number for number, line in enumerate(lines) if _FENCE.match(line)]
    return "\n".join(lines[fences[0] + 1 : fences[-1]]) if len(fences) > 1 else None


def _checked(code: str, language: str) -> str | Refusal:
    if not code.strip():
        return Refusal("The answer is empty.")
    lines = [line for line in code.split("\n") if line.strip()]
    signs = sum(line[0] in "+-" for line in lines)
    if any(_HUNK.match(line) for line in lines) or (len(lines) > 1 and signs == len(lines)):
        return Refusal("The answer is a diff, not the new text.")
    if any(_BLOCK.match(line) for line in lines):
        return Refusal("The answer has search/replace blocks where the whole text is asked for.")
    return code.strip("\n")


def _parses(text: str, language: str) -> bool:
    tree = parse(text, language)
    return tree is not None and count_errors(tree) == 0


_FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<mark>`{3,}|~{3,})(?P<info>[^`\n]*)$")
_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@|diff --git ")
_BLOCK = re.compile(r"<{5,}\s*(?:SEARCH|ORIGINAL|HEAD)\b|>{5,}\s*(?:REPLACE|UPDATED)\b")

_SCRIPTS = frozenset(("javascript", "javascriptreact", "typescript", "typescriptreact"))
_C = frozenset(("c", "cpp", "cuda-cpp", "objective-c"))
_SHELL = frozenset(("shellscript", "bash", "sh", "zsh"))
_LANGUAGES: dict[str, frozenset[str]] = {
    **dict.fromkeys(("js", "javascript", "jsx", "ts", "typescript", "tsx"), _SCRIPTS),
    **dict.fromkeys(("c", "cpp", "c++", "h", "hpp", "cc", "cuda"), _C),
    **dict.fromkeys(("bash", "sh", "shell", "zsh", "console"), _SHELL),
    **dict.fromkeys(("python", "py", "python3"), frozenset(("python",))),
    **dict.fromkeys(("csharp", "cs", "c#"), frozenset(("csharp",))),
    **dict.fromkeys(("ruby", "rb"), frozenset(("ruby",))),
    **dict.fromkeys(("rust", "rs"), frozenset(("rust",))),
    **dict.fromkeys(("go", "golang"), frozenset(("go",))),
    **dict.fromkeys(("kotlin", "kt"), frozenset(("kotlin",))),
    **{name: frozenset((name,)) for name in ("java", "php", "swift", "scala", "lua", "css")},
    "json": frozenset(("json", "jsonc")),
    "html": frozenset(("html", "vue", "svelte", "php", "xml")),
    "yaml": frozenset(("yaml", "dockercompose")),
}
"""What fences call a language -> the LSP languages that it is good for."""
