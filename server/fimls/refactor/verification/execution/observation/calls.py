"""Calls one function many times and tells what happened each time."""

from __future__ import annotations

import io
import json
import re
import sys
import types
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from fimls.refactor.verification.execution.observation.values import (
    CONSTANTS,
    DEEP,
    Thing,
    World,
    likes_of,
    place_of,
    shown,
)

CALLS = 1_500
KEPT = 150
TURNS = 3_000
"""So many lines may one call take."""
ENDLESS = 15
"""After so many calls that took too long, no more are made."""

SOURCE: list[str] = []
"""The lines of the module."""

_WORTH = {"value": 1.5, "error": 1.0, "misfit": 0.5, "endless": 0.3}
"""How a call's end changes how often its kinds of values are drawn again."""


class Stopped(BaseException):
    """A call took too long."""


def observe(task: dict[str, Any]) -> bytes:
    """Return as JSON what calls of a function did, and the lines of it that none of them reached.

    Args:
        task: ``text``, ``module``, ``file``, ``imports``: what to load, as what, and where from;
            ``function``: its name, with what it is inside of; ``lines``: the first and last of
            which one is changed;
            ``calls``: those to make again, as an earlier answer has them, or none;
            ``constants``: to draw values from.
    """
    sys.path[:0] = task["imports"]
    sys.setrecursionlimit(400)
    try:
        module = _loaded(task)
        function = _found(module, task["function"])
        code = function.__code__
        if not _has(code, *task["lines"]):
            raise LookupError("this computer has another function of that name")
    except BaseException as error:
        return json.dumps({"missing": f"{type(error).__name__}: {error}"[:200]}).encode()
    CONSTANTS.update(task["constants"])
    SOURCE[:] = re.split(r"\r\n|\r|\n", task["text"])
    made, covered = _again(function, task["calls"]) if task["calls"] else _explored(function)
    every = _lines(code)
    return json.dumps(
        {
            "made": made,
            "missed": sorted(every - covered),
            "lines": len(every),
        }
    ).encode()


def _again(function: Any, calls: list[Any]) -> tuple[list[Any], set[int]]:
    made, covered, endless = list[Any](), set[int](), 0
    for seed, kinds in calls:
        saw, lines, _, end = _called(function, World(seed, kinds, {}))
        endless += end == "endless"
        covered |= lines
        made.append({"end": end, "saw": saw})
        if endless > ENDLESS:
            break
    return made, covered


def _explored(function: Any) -> tuple[list[Any], set[int]]:
    likes = likes_of(getattr(function, "__annotations__", {}))
    made, covered, endless = list[Any](), set[int](), 0
    for seed in range(CALLS):
        world = World(seed, {}, likes)
        saw, lines, drawn, end = _called(function, world)
        endless += end == "endless"
        fresh = bool(lines - covered)
        for name, kind in drawn.items():
            key = f"{place_of(name)} {kind}"
            likes[key] = min(max(likes.get(key, 1.0) * _WORTH[end] * (1 + fresh), 0.02), 50.0)
        if end != "endless" and (end != "misfit" or fresh):
            made.append({"call": [seed, drawn], "end": end, "saw": saw})
            covered |= lines
        if endless > ENDLESS or len(made) >= KEPT:
            break
    return made, covered


def _called(function: Any, world: World) -> tuple[Any, set[int], dict[str, str], str]:
    """Make one call; return what was seen, the lines that ran, what was drawn and how it ended."""
    lines, left, codes = set[int](), [TURNS], set(_codes(function.__code__))

    def trace(frame: Any, event: str, _: object) -> Any:
        if event == "line":
            left[0] -= 1
            if left[0] < 0:
                raise Stopped
            if frame.f_code in codes:
                lines.add(frame.f_lineno)
        return trace

    args, named = _arguments(function, world)
    saved = _plain_globals(function)
    before = {name: shown(value, DEEP - 2) for name, value in saved.items()}
    out, end = io.StringIO(), "error"
    try:
        with redirect_stdout(out), redirect_stderr(out):
            sys.settrace(trace)
            try:
                value = function(*args, **named)
                if isinstance(value, types.CoroutineType):
                    value = _awaited(value)
                said, end = f"returns {shown(value)}", "value"
            finally:
                sys.settrace(None)
    except Stopped:
        return None, lines, world.drawn, "endless"
    except BaseException as error:
        said = f"raises {type(error).__name__}{_of_its_own(error, codes)}"
        if isinstance(error, (TypeError, AttributeError)):
            end = "misfit"
    after = {name: shown(function.__globals__.get(name), DEEP - 2) for name in before}
    changes = [f"leaves {name} = {value}" for name, value in after.items() if before[name] != value]
    _put_back(function, saved)
    plain = [said, shown(args), shown(named), out.getvalue(), *changes]
    return {"plain": plain, "did": world.did}, lines, world.drawn, end


def _plain_globals(function: Any) -> dict[str, Any]:
    """Return copies of the module's plain variables that a function names."""
    names = {name for code in _codes(function.__code__) for name in code.co_names}
    space = function.__globals__
    found: dict[str, Any] = {}
    for name in sorted(names & space.keys()):
        value = space[name]
        if type(value) in _CONTAINERS:
            found[name] = value.copy()
        elif value is None or type(value) in (int, str, float, bool, tuple, bytes):
            found[name] = value
    return found


def _put_back(function: Any, saved: dict[str, Any]) -> None:
    """Undo what a call did to them: each call finds the module as it was loaded."""
    space = function.__globals__
    for name, value in saved.items():
        kept = space.get(name)
        if type(value) in _CONTAINERS and type(kept) is type(value):
            kept.clear()
            kept.extend(value) if isinstance(value, list) else kept.update(value)
        else:
            space[name] = value


_CONTAINERS = (list, dict, set)


def _has(code: types.CodeType, first: int, last: int) -> bool:
    """Whether a function has one of some lines."""
    lines = [line for each in _codes(code) for _, _, line in each.co_lines() if line]
    return code.co_firstlineno <= last and first <= max(lines)


def _of_its_own(error: BaseException, codes: set[types.CodeType]) -> str:
    """Say what an error says that the function raises itself; others differ with the way."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or trace.tb_frame.f_code not in codes:
        return ""
    if not SOURCE[trace.tb_lineno - 1].lstrip().startswith("raise"):
        return ""
    return f" {shown(error.args)}"


def _arguments(function: Any, world: World) -> tuple[list[Any], dict[str, Any]]:
    code = function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    required = code.co_argcount - len(function.__defaults__ or ())
    args, named = list[Any](), dict[str, Any]()
    for number, name in enumerate(names):
        keyword = number >= code.co_argcount
        has_default = name in (function.__kwdefaults__ or ()) if keyword else number >= required
        if has_default and World(world.seed, {}, {}).value(f"is {name} given") in (None, "", 0, []):
            if keyword:
                continue
            break
        value = Thing(name, world) if name in ("self", "cls") else world.value(name)
        if keyword:
            named[name] = value
        else:
            args.append(value)
    return args, named


def _awaited(coroutine: Any) -> Any:
    try:
        for _ in range(TURNS):
            coroutine.send(None)
    except StopIteration as ended:
        return ended.value
    raise Stopped


def _loaded(task: dict[str, Any]) -> types.ModuleType:
    name = task["module"]
    module = types.ModuleType(name)
    module.__package__, module.__file__ = name.rpartition(".")[0], task["file"]
    sys.modules[name] = module
    with redirect_stdout(io.StringIO()):
        exec(compile(task["text"], task["file"], "exec"), module.__dict__)
    return module


def _found(module: types.ModuleType, path: list[str]) -> Any:
    value: Any = module
    for part in path:
        members: dict[str, Any] = value.__dict__
        value = members[part]
    inner = ("__wrapped__", "__func__", "fget")
    while name := next((name for name in inner if hasattr(value, name)), None):
        value = getattr(value, name)
    return value


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield from _codes(each)


def _lines(code: types.CodeType) -> set[int]:
    return {
        line
        for each in _codes(code)
        for _, _, line in each.co_lines()
        if line and line != each.co_firstlineno
    }
