"""What the code raises, awaits, yields, catches, declares and calls: lost, or added."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from fimls.refactor.change import Change
from fimls.refactor.verdict import Finding
from fimls.refactor.verification.answered import Answered
from fimls.refactor.verification.features import Features, features_of
from fimls.syntax.word_sets import words

NAME = "effects kept"

SAME = frozenset({"simplify", "optimise", "convert-async"})
"""Actions that promise to do what was done before."""
_ADDS = SAME | {"fix"}
_DANGEROUS = words("breakpoint compile eval exec popen rmtree system __import__")


def kept_effects(answered: Answered) -> Finding | None:
    """Say what a new version of Python code no longer does, or does besides."""
    change = answered.change
    if change.language != "python" or answered.action == "write-tests":
        return None
    modules = answered.modules()
    if modules is None:
        return Finding(NAME, "not run", "this Python cannot read the file")
    found = next(_doubts(answered.action, change, *map(features_of, modules)), None)
    return Finding(NAME, "doubtful", found) if found else Finding(NAME, "passed")


def _doubts(action: str, change: Change, old: Features, new: Features) -> Iterator[str]:
    if action != "implement":
        for said, was, now in (
            ("it no longer raises {}", old.raises, new.raises),
            ("it loses a `{}`", old.pauses, new.pauses),
            ("it no longer catches {}", old.handlers, new.handlers),
            ("it loses {}", old.declared, new.declared),
            ("it loses {}", old.effects, new.effects),
        ):
            yield from map(said.format, sorted(was - now))
        yield from (f"it no longer calls {each}" for each in sorted(old.calls.keys() - new.calls))
    if action in SAME:
        for said, was, now in (
            ("it raises {} besides", old.raises, new.raises),
            ("it has another `{}`", old.pauses, new.pauses),
            ("it catches {} besides", old.handlers, new.handlers),
            ("it adds {}", old.declared, new.declared),
            ("it adds {}", old.effects, new.effects),
        ):
            yield from map(said.format, sorted(now - was))
        fewer = {name: count for name, count in old.calls.items() if new.calls[name] < count}
        yield from (f"it calls {each} less often" for each in sorted(fewer))
    if action in _ADDS:
        yield from (f"it calls {each} besides" for each in sorted(new.calls.keys() - old.calls))
    yield from (f"it hides {each} silently" for each in sorted(new.silent - old.silent))
    added = (new.calls.keys() - old.calls) & _DANGEROUS
    yield from (f"it calls {each}" for each in sorted(added))
    pragmas = Counter(_pragmas(change.after)) - Counter(_pragmas(change.before))
    yield from (f"it silences a tool by `{each}`" for each in sorted(pragmas))


_PRAGMA = re.compile(
    r"#[^\n]*?\b(noqa|nosec|type:\s*ignore|pyright:\s*ignore|pylint:\s*disable|fmt:\s*off"
    r"|pragma:\s*no cover)",
    re.IGNORECASE,
)


def _pragmas(text: str) -> list[str]:
    return _PRAGMA.findall(text)
