"""Which variables surely have a value at a place of a function, and which are read after it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from fimls.refactor.python_analysis.value_flow import Flow


@dataclass(frozen=True, slots=True)
class Names:
    """Sets of variables, one for each event of a flow."""

    bits: dict[str, int]
    masks: list[int]

    def at(self, event: int) -> set[str]:
        """Return the variables of one event."""
        return {name for name, bit in self.bits.items() if self.masks[event] & bit}


def read_later(flow: Flow, within: tuple[int, int] | None = None) -> Names:
    """Return for each event the variables whose values may be read from there on.

    Args:
        flow: of the function.
        within: only reads of these events count, and only ways that stay among them.
    """
    bits = _bits(flow)
    first, last = within or (0, len(flow.events))
    live = [0] * len(flow.events)
    changed = True
    while changed:
        changed = False
        for number in range(last - 1, first - 1, -1):
            event = flow.events[number]
            later = 0
            for each in (*event.after, *event.errors):
                if first <= each < last:
                    later |= live[each]
            if event.kind in ("bind", "unbind"):
                later &= ~bits[event.name]
            elif event.kind == "read":
                later |= bits[event.name]
            if later != live[number]:
                live[number], changed = later, True
    return Names(bits, live)


def has_value(flow: Flow, within: tuple[int, int] | None = None) -> Names:
    """Return for each event the variables that surely have a value when it is over.

    Args:
        flow: of the function.
        within: only these events count; nothing has a value before them.
    """
    bits = _bits(flow)
    first, last = within or (0, len(flow.events))
    before = [-1] * len(flow.events)
    before[first] = 0
    behind = list(before)
    changed = True
    while changed:
        changed = False
        for number in range(first, last):
            event = flow.events[number]
            here = before[number]
            bit = bits.get(event.name, 0)
            over = here | bit if event.kind == "bind" else here
            over = over & ~bit if event.kind == "unbind" else over
            behind[number] = over
            for ways, value in ((event.after, over), (event.errors, here)):
                for each in ways:
                    if first <= each < last and before[each] & ~value:
                        before[each] &= value
                        changed = True
    return Names(bits, behind)


def reached(flow: Flow, events: Collection[int]) -> set[int]:
    """Return the events that can still happen when some events do, these included."""
    found = set(events)
    waiting = list(found)
    while waiting:
        event = flow.events[waiting.pop()]
        fresh = {*event.after, *event.errors} - found
        found |= fresh
        waiting += fresh
    return found


def _bits(flow: Flow) -> dict[str, int]:
    names = sorted({event.name for event in flow.events if event.name})
    return {name: 1 << number for number, name in enumerate(names)}
