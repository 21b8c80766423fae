"""Both versions of a function are called with the same values, each in a jail of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fimls.errors import FimlsError
from fimls.jail import output_of
from fimls.refactor.verdict import Finding
from fimls.refactor.verification.answered import Answered
from fimls.refactor.verification.execution.changed_function import changed_function
from fimls.refactor.verification.execution.module_place import ModulePlace, place_of
from fimls.refactor.verification.kept_effects import SAME

NAME = "same behaviour"

FEWEST = 20
"""Calls that came to an end and say something."""
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
    task: dict[str, Any] = {
        "module": place.name,
        "file": str(answered.path),
        "imports": place.imports,
        "function": function,
        "calls": [],
        "constants": None,
    }
    # The new version's decisions count as well: what it compares with is drawn from, too.
    probe = _observed({**task, "text": answered.change.after}, place)
    old = _observed(
        {**task, "text": answered.change.before, "constants": probe and probe.get("constants")},
        place,
    )
    if old is None or "missing" in old:
        why = old["missing"] if old else "it does not come to an end"
        return Finding(NAME, "not run", f"the code before could not be called: {why}")
    ended = [each for each in old["made"] if each["end"] in ("value", "error")]
    if len(ended) < FEWEST:
        return Finding(NAME, "not run", "no values were found that it can be called with")
    calls = [each["call"] for each in ended]
    for each in (probe or {}).get("made", ()):
        calls += [each["call"]] if each["end"] in ("value", "error") else []
    old = _observed({**task, "text": answered.change.before, "calls": calls, **_told(old)}, place)
    new = _observed({**task, "text": answered.change.after, "calls": calls, **_told(old)}, place)
    if new is None or "missing" in new or old is None:
        return Finding(NAME, "refuted", "the new code fails, or does not come to an end")
    return _judged(".".join(function), old, new)


def _told(observed: dict[str, Any] | None) -> dict[str, Any]:
    return {"constants": observed["constants"]} if observed else {}


def _judged(function: str, old: dict[str, Any], new: dict[str, Any]) -> Finding:
    for was, now in zip(old["made"], new["made"], strict=False):
        if was["end"] in ("endless", "misfit"):
            continue  # nobody calls it like that
        if now["end"] == "endless":
            return Finding(NAME, "doubtful", f"a call of `{function}` takes much longer")
        if was["saw"]["plain"] != now["saw"]["plain"]:
            said, then = was["saw"]["plain"][0], now["saw"]["plain"][0]
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


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def _observed(task: dict[str, Any], place: ModulePlace) -> dict[str, Any] | None:
    program = (
        f"import sys\nsys.path.insert(0, {str(_OBSERVATION.parent)!r})\n"
        f"from observation.calls import observe\n__say__(observe({task!r}))\n"
    )
    said = output_of(
        program, files=(_OBSERVATION, *place.files), python=place.python, most_bytes=20_000_000
    )
    try:
        return json.loads(said) if said else None
    except ValueError:
        return None
