"""What a file defines, it still defines, once, and for the same callers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fimls.refactor.change import Change, Check
from fimls.refactor.checks.changed_part import tree
from fimls.syntax.definitions import Definition, Token, definitions
from fimls.syntax.word_sets import words

OVERLOADING = words("""
    c cpp csharp cuda-cpp java kotlin scala swift typescript typescriptreact
""")
"""Languages in which several functions may have one name; C has declarations besides."""


def keeping_definitions(*, signatures: bool = True) -> Check:
    """Return the check that no function, type, member or variable is lost, renamed or doubled.

    What is defined inside of functions does not count. A decorator, an attribute, and a type where
    types are only checked may be added to a signature, nothing else.

    Args:
        signatures: whether what stands before a body must stay as well: parameters and their order,
            defaults, modifiers, bases.
    """

    def check(change: Change) -> str | None:
        before, after = tree(change.before, change.language), tree(change.after, change.language)
        if before is None or after is None:
            return None
        old, new = definitions(before), definitions(after)
        there = _by_name(new)
        for name, those in _by_name(old).items():
            if name not in there:
                return f"It removes or renames `{name}`."
            if signatures and (changed := _changed(those, there[name])):
                return f"It changes the signature of `{name}`, which was `{_shown(changed)}`."
        return _doubled(old, new, change.language)

    check.__name__ = "keeps_definitions"
    return check


keeps_definitions = keeping_definitions()


def _by_name(found: Sequence[Definition]) -> dict[str, list[Definition]]:
    names = dict[str, list[Definition]]()
    for each in found:
        names.setdefault(each.name, []).append(each)
    return names


def _changed(old: list[Definition], new: list[Definition]) -> Definition | None:
    """Return a definition that has none left with its signature."""
    left = list(new)
    for each in old:
        like = next((other for other in left if keeps_head(each.head, other.head)), None)
        if like is None:
            return each
        left.remove(like)
    return None


def keeps_head(old: Sequence[Token], new: Sequence[Token]) -> bool:
    """Whether a signature is another one with nothing but extras added."""
    place = 0
    for token in new:
        if place < len(old) and token == old[place]:
            place += 1
        elif not token.extra:
            return False
    return place == len(old)


def _doubled(old: list[Definition], new: list[Definition], language: str) -> str | None:
    """Return what is wrong if something that was there is defined more often."""
    overloads = language in OVERLOADING

    def key(each: Definition) -> object:
        return (each.name, each.head) if overloads else each.name

    # Python's setters and overloads say by a decorator that they are more of the same.
    counted = [each for each in new if not any(t.text.startswith("@") for t in each.head)]
    were, are = Counter(map(key, old)), Counter(map(key, counted))
    for each in counted:
        if each.head and 0 < were[key(each)] < are[key(each)]:
            return f"It defines `{each.name}` twice."
    return None


def _shown(definition: Definition) -> str:
    return " ".join(token.text for token in definition.head)
