"""Both versions of a function are called with the same values, each in a jail of its own."""

from __future__ import annotations

import json
from itertools import zip_longest
from pathlib import Path
from typing import Any

from fimls.errors import FimlsError
from fimls.jail import output_of
from fimls.refactor.verdict import Finding
from fimls.refactor.verification.answered import Answered
from fimls.refactor.verification.execution.changed_function import (
    changed_function,
    constants_of,
    lines_after,
    lines_before,
)
from fimls.refactor.verification.execution.module_place import ModulePlace, place_of
from fimls.refactor.verification.kept_effects import SAME

NAME = "same behaviour"

FEWEST = 20
"""Calls that came to an end and say something."""
_PACKAGES = """\
import sys, types
name = ""
for part in ("fimls", "refactor", "verification", "execution"):
    name = (name + "." + part).strip(".")
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [{folder!r}]
"""
"""What stands for fimls in the jail: only the folder `observation` is there."""
_OBSERVATION = Path(__file__).with_name("observation")


def same_behaviour(answered: Answered) -> Finding | None:
    """Say whether a new version of a function does for its callers what the old one did.

    Invariant: what each version did comes out of a process of its own and is compared here, so that
    no answer can speak for itself.
    """
    if answered.change.language != "python" or answered.action not in SAME:
        return None
    if why_not := unexecuted(answered):
        return Finding(NAME, "not run", why_not)
    function = changed_function(answered.change)
    if function is None or answered.path is None or answered.root is None:
        return Finding(NAME, "not run", "the change is not in a function that can be called")
    try:
        return _compared(answered, function, place_of(answered.path, answered.root))
    except FimlsError as error:
        return Finding(NAME, "not run", str(error))


def unexecuted(answered: Answered) -> str:
    """Return why nothing of the workspace is executed, or nothing where it may be."""
    if answered.untrusted:
        return answered.untrusted
    return "" if answered.executes else "refactor.execute is off"


def _compared(answered: Answered, function: tuple[str, ...], place: ModulePlace) -> Finding:
    change = answered.change
    task: dict[str, Any] = {
        "module": place.name,
        "file": str(answered.path),
        "imports": place.imports,
        "function": function,
        "calls": [],
        "constants": constants_of(change.before, change.after, function[-1]),
    }
    old = _observed({**task, "text": change.before, "lines": lines_before(change)}, place)
    if old is None or "missing" in old:
        why = old["missing"] if old else "it does not come to an end"
        return Finding(NAME, "not run", f"the code before could not be called: {why}")
    ended = [each for each in old["made"] if each["end"] in ("value", "error")]
    if len(ended) < FEWEST:
        return Finding(NAME, "not run", "no values were found that it can be called with")
    calls = [each["call"] for each in ended]
    again = {**task, "text": change.after, "lines": lines_after(change), "calls": calls}
    new = _observed(again, place)
    if new is None or "missing" in new:
        return Finding(NAME, "refuted", "the new code fails, or does not come to an end")
    return _judged(".".join(function), ended, new)


def _judged(function: str, old: list[Any], new: dict[str, Any]) -> Finding:
    for was, now in zip(old, new["made"], strict=False):
        if now["end"] == "endless":
            return Finding(NAME, "doubtful", f"a call of `{function}` takes much longer")
        if was["saw"]["plain"] != now["saw"]["plain"]:
            said, then = _first_difference(was["saw"]["plain"], now["saw"]["plain"])
            given = was["saw"]["plain"][1]
            if was["saw"]["did"] or "<" in given:
                return Finding(
                    NAME, "doubtful", f"a call {_short(then)}, and {_short(said)} before"
                )
            return Finding(NAME, "refuted", f"a call {_short(then)}, and before it {_short(said)}")
        if was["saw"]["did"] != now["saw"]["did"]:
            return Finding(NAME, "doubtful", "it asks other objects for something else")
    if new["missed"]:
        return Finding(
            NAME, "not run", f"no call reached line {new['missed'][0]}; the others agreed"
        )
    return Finding(NAME, "passed", f"{len(new['made'])} calls", evidence=True)


def _first_difference(old: list[str], new: list[str]) -> tuple[str, str]:
    """Return what differs, in words: the end of a call, or else what it leaves behind."""
    for said, then in zip_longest(old[_SEEN:], new[_SEEN:], fillvalue="leaves it as it is"):
        if said != then and old[0] == new[0]:
            return said, then
    return old[0], new[0]


_SEEN = 4
"""What is seen of each call before what it leaves in the module: its end, arguments and output."""


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def _observed(task: dict[str, Any], place: ModulePlace) -> dict[str, Any] | None:
    program = (
        f"{_PACKAGES.format(folder=str(_OBSERVATION.parent))}"
        "from fimls.refactor.verification.execution.observation.calls import observe\n"
        "for name in [name for name in sys.modules if name.partition('.')[0] == 'fimls']:\n"
        "    del sys.modules[name]\n"
        f"__say__(observe({task!r}))\n"
    )
    said = output_of(
        program, files=(_OBSERVATION, *place.files), python=place.python, most_bytes=20_000_000
    )
    try:
        return json.loads(said) if said else None
    except ValueError:
        return None
