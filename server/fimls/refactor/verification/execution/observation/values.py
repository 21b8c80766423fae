"""Values to call a function with, and how values are told apart without addresses."""

from __future__ import annotations

import io
import random
import types
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

DEEP = 5
MOST = 200
"""Items of a container that are told."""

CONSTANTS: dict[str, list[Any]] = {"int": [], "str": []}
"""What the code of the function compares with: the values at which it decides."""


class Thing:
    """Stands for an object of which nothing is known; what is done to it is written down."""

    def __init__(self, name: str, world: World) -> None:
        object.__setattr__(self, "_at", (name, world))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        mine, world = self._at
        return world.value(f"{mine}.{name}")

    def __setattr__(self, name: str, value: Any) -> None:
        mine, world = self._at
        world.did.append(f"{mine}.{name} = {shown(value)}")
        world.known[f"{mine}.{name}"] = value

    def __delattr__(self, name: str) -> None:
        mine, world = self._at
        world.did.append(f"del {mine}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Write down that it was called; the result is another value of that name."""
        mine, world = self._at
        asked = f"{mine}({', '.join(map(shown, args))}, {shown(kwargs)})"
        world.did.append(asked)
        return world.value(f"{asked}#{world.did.count(asked)}")

    def __enter__(self) -> Any:
        mine, world = self._at
        world.did.append(f"enter {mine}")
        return world.value(f"entered {mine}")

    def __exit__(self, kind: Any, *error: object) -> bool:
        mine, world = self._at
        world.did.append(f"leave {mine} {getattr(kind, '__name__', '')}")
        return False

    def __await__(self) -> Any:
        mine, world = self._at
        world.did.append(f"await {mine}")
        yield from ()
        return world.value(f"awaited {mine}")

    def __bool__(self) -> bool:
        mine, world = self._at
        return random.Random(f"{world.seed} {mine}").random() < 0.7

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Thing) and self._at[0] == other._at[0]

    def __hash__(self) -> int:
        return hash(self._at[0])

    def __repr__(self) -> str:
        return f"<{self._at[0]}>"


class World:
    """What one call is made with: the same seed and kinds give the same values for the same names.

    Attributes:
        did: what was done to things, in order.
        drawn: name -> the kind of value that it got.
    """

    def __init__(self, seed: int, kinds: dict[str, str], likes: dict[str, float]) -> None:
        self.seed = seed
        self.did: list[str] = []
        self.known: dict[str, Any] = {}
        self.drawn: dict[str, str] = {}
        self._kinds = kinds
        self._likes = likes
        dice = random.Random(f"{seed} all")
        # Parameters are often of one kind: what is compared, added or put together.
        self._common = dice.choice(list(MAKERS)[:10]) if dice.random() < 0.4 else None

    def value(self, name: str) -> Any:
        """Return the value of a parameter, an attribute or a call."""
        if name not in self.known:
            dice = random.Random(f"{self.seed} {name}")
            kind = self._kinds.get(name)
            if kind is None:
                place = place_of(name)
                weights = [self._likes.get(f"{place} {each}", 1.0) for each in MAKERS]
                chosen = random.Random(f"{self.seed} {name} kind").choices(list(MAKERS), weights)
                kind = self._common or chosen[0]
            self.drawn[name] = kind
            self.known[name] = MAKERS[kind](dice, name, self)
        return self.known[name]


HINTS = {
    "int": ("int",),
    "str": ("str",),
    "bool": ("bool",),
    "float": ("float", "int"),
    "bytes": ("bytes",),
    "list[int]": ("ints", "sorted", "small"),
    "list[str]": ("strs",),
    "list": ("ints", "strs", "grid"),
    "Sequence": ("ints", "strs", "str"),
    "Iterable": ("ints", "strs"),
    "dict": ("counts", "names", "graph"),
    "set": ("set",),
    "tuple": ("tuple",),
    "Callable": ("thing",),
}
"""Type hints, as they begin -> the kinds of values that they mean."""


def likes_of(hints: dict[str, Any]) -> dict[str, float]:
    """Return how often kinds are drawn for parameters with type hints."""
    likes = dict[str, float]()
    for name, hint in hints.items():
        said = hint if isinstance(hint, str) else getattr(hint, "__name__", "") or str(hint)
        said = str(hint) if "[" in str(hint) else said
        for begin, kinds in HINTS.items():
            if said.rpartition(".")[2].startswith(begin) or said.startswith(begin):
                likes |= {f"{name} {kind}": 30.0 for kind in kinds}
                break
    return likes


def place_of(name: str) -> str:
    """Return what a value is drawn for, whatever it was called with."""
    return name.partition("(")[0]


_Maker = Callable[[random.Random, str, World], Any]


def _number(dice: random.Random, *_: Any) -> int:
    if CONSTANTS["int"] and dice.random() < 0.4:
        return int(dice.choice(CONSTANTS["int"])) + dice.choice((-1, 0, 0, 1))
    return dice.choice((0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 10, 13, 16, 36, 100, -1, -2, -5))


def _small(dice: random.Random, *_: Any) -> int:
    return dice.randrange(4)


def _text(dice: random.Random, *_: Any) -> str:
    if CONSTANTS["str"] and dice.random() < 0.6:
        parts = [str(dice.choice(CONSTANTS["str"])) for _ in range(dice.choice((1, 1, 2, 3)))]
        return dice.choice(("", "", " ", "a", "1")).join(parts)
    if dice.random() < 0.3:
        return "".join(dice.choice("ab1 .,-_/:=(){}[]'\"\n\tA%é") for _ in range(dice.randrange(9)))
    return dice.choice(("", "a", "b", "abc", "abcabc", "Hello World", "12", " x ", "a,b;c", "A_b"))


def _thing(_: random.Random, name: str, world: World) -> Thing:
    return Thing(name, world)


def _pair(dice: random.Random, *_: Any) -> tuple[str, int]:
    return _text(dice), _number(dice)


def _many(make: _Maker, into: Callable[[Iterable[Any]], Any] = list) -> _Maker:
    def made(dice: random.Random, name: str, world: World) -> Any:
        count = dice.choice((0, 1, 2, 3, 3, 4, 5, 6))
        return into([make(dice, f"{name}[{number}]", world) for number in range(count)])

    return made


def _mapped(key: _Maker, value: _Maker) -> _Maker:
    def made(dice: random.Random, name: str, world: World) -> Any:
        return {key(dice, name, world): value(dice, name, world) for _ in range(dice.randrange(5))}

    return made


MAKERS: dict[str, _Maker] = {
    "int": _number,
    "str": _text,
    "none": lambda _dice, _name, _world: None,
    "bool": lambda dice, _name, _world: dice.random() < 0.5,
    "float": lambda dice, _name, _world: dice.choice((0.0, 0.5, 1.0, 1.5, 2.0, -1.5, 100.25, 1e-7)),
    "ints": _many(_number),
    "sorted": _many(_number, sorted),
    "small": _many(_small),
    "strs": _many(_text),
    "grid": _many(_many(_small)),
    "texts": _many(_many(_text)),
    "pairs": _many(_pair),
    "tuple": _many(_number, tuple),
    "set": _many(_number, set),
    "counts": _mapped(_text, _number),
    "names": _mapped(_text, _text),
    "graph": _mapped(_small, _many(_small)),
    "bytes": lambda dice, _name, _world: _text(dice).encode(),
    "file": lambda dice, _name, _world: io.StringIO("\n".join(_text(dice) for _ in range(4))),
    "thing": _thing,
    "things": _many(_thing),
}
"""Kinds of values; which of them a parameter takes is found out by trying."""


def shown(value: Any, depth: int = 0) -> str:
    """Say what a value is: without addresses, and alike for equal sets."""
    kind: Any = getattr(value, "__class__", None)

    def inside(values: Iterable[Any]) -> list[str]:
        return [shown(each, depth + 1) for each in list(values)[:MOST]]

    if depth > DEEP:
        return "..."
    if kind in (list, tuple):
        return f"{kind.__name__}({', '.join(inside(value))})"
    if kind in (set, frozenset):
        return f"{kind.__name__}({', '.join(sorted(inside(value)))})"
    if kind is dict:
        items = zip(inside(value.keys()), inside(value.values()), strict=True)
        return f"{{{', '.join(f'{key}: {each}' for key, each in items)}}}"
    if value is None or kind in (int, str, bool, float, complex, bytes, Thing):
        return repr(value)
    if isinstance(value, io.StringIO):
        return f"file at {value.tell()} {value.getvalue()!r}"
    if isinstance(value, types.GeneratorType) or kind.__name__ in _ITERATORS:
        return f"iterator {_spent(value, depth)}"
    if kind.__module__ == "re" and hasattr(value, "span"):
        return f"match {value.span()}"
    if isinstance(value, BaseException):
        return f"{kind.__name__} {shown(value.args, depth + 1)}"
    if isinstance(value, (type, types.FunctionType, types.ModuleType, types.BuiltinFunctionType)):
        return f"{kind.__name__} {getattr(value, '__qualname__', value.__name__)}"
    if hasattr(value, "__dict__"):
        return f"{kind.__qualname__} {shown(vars(value), depth + 1)}"
    said = repr(value)
    return f"{kind.__qualname__} {said if ' at 0x' not in said else ''}"


_ITERATORS = frozenset(
    ("chain", "enumerate", "filter", "islice", "list_iterator", "map", "reversed", "zip")
)


def _spent(iterator: Any, depth: int) -> list[str]:
    found: list[str] = []
    with suppress(Exception):
        for each in iterator:
            found.append(shown(each, depth + 1))
            if len(found) >= MOST:
                break
    return found
