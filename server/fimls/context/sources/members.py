"""The members of a known class, or a module, behind its dot."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fimls.context.index import Definition
from fimls.context.snippet import Snippet
from fimls.context.sources.source_input import SourceInput
from fimls.syntax.word_sets import words

_MOST = 40
"""Members that are shown; of a larger class the first ones."""

_LINES = 1_000
"""Lines above the cursor in which it is looked for what a name is."""

_SELF = frozenset(("self", "this", "cls", "super"))
_BASES = re.compile(
    r"^\s*(?:export\s+|abstract\s+|public\s+)*class\s+\w+\s*(?:<[^>]*>)?\s*"
    r"(?:\((?P<python>[^)]*)\)|(?:extends|:)\s*(?P<other>[\w.]+))"
)


def members(seen: SourceInput) -> list[Snippet]:
    """Return the declarations of what may stand behind the dot.

    The name before it is a type, a module, an object whose type stands in this document
    (``name: Type``, ``name = Type(...)``, ``new Type``), or the object itself, whose class has a
    base elsewhere.
    """
    place = seen.place
    if place.mark != ".":
        return []
    for kind in types_of(seen):
        found = [
            each
            for each in seen.repository.members(kind, seen.all, most=_MOST)
            if not seen.in_prompt(each.path, each.first, each.end)
        ]
        if len({each.path for each in found}) == 1:
            return _shown(seen, found, kind)
    if place.name not in _SELF and not place.owner and _imported(seen, place.name):
        modules = seen.repository.modules(place.name, most=2)
        if len(modules) == 1 and modules[0] != seen.path:
            found = seen.repository.in_file(modules[0], most=_MOST)
            return _shown(seen, found, "")
    return []


def _imported(seen: SourceInput, name: str) -> bool:
    """Whether a line of this document imports something of this name."""
    said = re.compile(rf"\b(?:import|require|use|using)\b.*\b{re.escape(name)}\b")
    lines = seen.document.text.lines[:_LINES]
    return any(name in each and said.search(each[:400]) is not None for each in lines)


def types_of(seen: SourceInput) -> list[str]:
    """Return the names of types that the name before the dot may have, the likeliest first."""
    name = seen.place.name
    line = seen.place.line
    above = seen.document.text.lines[max(0, line - _LINES) : line + 1]
    if name in _SELF:
        for each in reversed(above):
            if match := _BASES.match(each[:400]):
                bases = match["python"] or match["other"] or ""
                return re.findall(r"\w+", bases.rpartition(".")[2] if match["other"] else bases)
        return []
    said = re.compile(
        rf"\b{re.escape(name)}\s*(?:"
        r"\??:\s*(?P<annotated>[\w.\[\]|\" <>,]+)"
        r"|(?::=|=)\s*(?:await\s+|new\s+)?(?P<made>[A-Z]\w*|\w+(?:\.\w+)*\.[A-Z]\w*)\s*[(<])"
        rf"|\bas\s+(?P<_as>{re.escape(name)})\b"
    )
    for each in reversed(above):
        if name in each and (match := said.search(each[:400])):
            text = match["annotated"] or match["made"]
            if text:
                kinds = re.findall(r"[A-Z]\w*", text)
                return [kind for kind in kinds if kind not in _WRAPPERS]
    return [name] if name[:1].isupper() else []


_WRAPPERS = words("""
    Optional Union List Dict Set Tuple Sequence Iterable Iterator Mapping Awaitable Promise Array
    Callable Any None Literal Annotated Type
""")


def _shown(seen: SourceInput, found: Sequence[Definition], kind: str) -> list[Snippet]:
    lines = [f"{kind}:"] if kind else []
    for each in found:
        head = seen.repository.text_at(each._replace(end=each.first + 1), seen.all)
        if head is None:
            return []
        lines.append(f"    {head.strip()}"[:200] if kind else head.rstrip()[:200])
    if len(lines) <= bool(kind):
        return []
    return [
        Snippet(
            path=found[0].path,
            text="\n".join(lines),
            score=1.0,
            reason="members",
            first=found[0].first,
        )
    ]
