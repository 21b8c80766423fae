"""Whether a value is the same where a variable is read as where the variable gets it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fimls.refactor.transformations.outside_names import names_in, replaced_attributes, shared_names
from fimls.syntax.evaluation_order import (
    FUNCTIONS,
    LOOPS,
    acts,
    before,
    looks,
    makes,
    statement_of,
    why_not_once,
)
from fimls.syntax.parsed_text import Parsed
from fimls.syntax.variable_occurrences import variables_of

if TYPE_CHECKING:
    from tree_sitter import Node


def why_not_same(parsed: Parsed, statement: Node, value: Node, nodes: list[Node]) -> str | None:
    """Say why a value may be another, or be made at another time, where it is read; or None.

    Args:
        parsed: the text.
        statement: the declaration.
        value: what it gives the variable.
        nodes: where the variable is read: after the declaration, and inside of its block.
    """
    apart = [node for node in nodes if _between(node, statement, FUNCTIONS | LOOPS)]
    if (acts(value) or makes(value)) and (len(nodes) > 1 or apart):
        return "Its value would be made more than once."
    if hidden := _hidden(parsed, value, nodes):
        return f"`{hidden}` means something else where it is read."
    last = max(_end_of_use(node, statement) for node in nodes)
    reader = max(nodes, key=lambda node: node.start_byte)
    if looks(value):  # it may raise an error, or do something: at once, or never
        first = min(nodes, key=lambda node: node.start_byte)
        target = statement_of(first)
        following = statement.next_named_sibling
        while following is not None and following.type == "comment":
            following = following.next_named_sibling
        if target is None or following is None or target.id != following.id:
            return "Other statements come before the place where it is read."
        earlier = before(parsed, first, target, replaced_attributes(parsed) if acts(value) else ())
        if why_not_once(first, target) or any(map(looks, earlier)):
            return "Something else would be evaluated before its value."
        if acts(value):
            return None
    if changed := _changed(parsed, value, statement, last, closures=bool(apart)):
        return f"`{changed}`, which its value reads, changes."
    if looks(value) or makes(value) or _reads_shared(parsed, statement, value):
        if any(_between(node, statement, FUNCTIONS) for node in nodes):
            return "A function inside reads it at another time."
        if _acts_between(statement, reader, last):
            return "What happens in between may change its value."
    return None


def _hidden(parsed: Parsed, value: Node, nodes: list[Node]) -> str | None:
    """Return a name of the value that is another variable's where it would stand, or None."""
    start, end = parsed.offset(value.start_byte), parsed.offset(value.end_byte)
    names = names_in(parsed, value)
    reads = [parsed.offset(node.start_byte) for node in nodes]
    for variable in variables_of(parsed, start, names):
        own = any(start <= place.start < end for place in variable.places)
        if (
            not own
            and any(variable.start <= read < variable.end for read in reads)
            and not (variable.start <= start < variable.end)
        ):
            return variable.name
    return None


def _changed(
    parsed: Parsed, value: Node, statement: Node, last: int, *, closures: bool
) -> str | None:
    """Return a name of the value that gets another value before the last read, or None."""
    names = names_in(parsed, value)
    start = parsed.offset(statement.start_byte)
    until = parsed.offset(last)
    for variable in variables_of(parsed, parsed.offset(statement.start_byte), names):
        changes = [place for place in variable.places if place.role != "read"]
        if closures and len(changes) > 1:
            return variable.name
        if any(start <= place.start < until for place in changes):
            return variable.name
    return None


def _reads_shared(parsed: Parsed, statement: Node, value: Node) -> bool:
    """Whether a value reads names that other code may give a new value; constants do not count."""
    names, shared = names_in(parsed, value), shared_names(parsed)
    found = variables_of(parsed, parsed.offset(statement.start_byte), names)
    outside = names - {variable.name for variable in found}
    return bool(names & shared) or any(not name.isupper() for name in outside)


def _end_of_use(node: Node, statement: Node) -> int:
    """Return the byte after the outermost loop around a read, or else after the read."""
    loops = list(_between(node, statement, LOOPS))
    return loops[-1].end_byte if loops else node.end_byte


def _between(node: Node, statement: Node, kinds: frozenset[str]) -> list[Node]:
    """Return the nodes of some kinds around a read, inside the block of the declaration."""
    found: list[Node] = []
    block, parent = statement.parent, node.parent
    while parent is not None and block is not None and parent.id != block.id:
        if parent.type in kinds:
            found.append(parent)
        parent = parent.parent
    return found


def _acts_between(statement: Node, reader: Node, last: int) -> bool:
    """Whether anything that acts is evaluated after the declaration and before the last read."""
    target = reader
    while (
        target.parent is not None
        and statement.parent is not None
        and (target.parent.id != statement.parent.id)
    ):
        target = target.parent
    sibling = statement.next_named_sibling
    while sibling is not None and sibling.id != target.id:
        if acts(sibling):
            return True
        sibling = sibling.next_named_sibling
    return any(acts(each) for each in _evaluated_before(reader, target, last))


def _evaluated_before(reader: Node, target: Node, last: int) -> Iterator[Node]:
    if last > reader.end_byte:
        yield target  # a loop: all of it may come before the next read
        return
    child = reader
    while child.id != target.id and child.parent is not None:
        inner = child.parent
        yield from (each for each in inner.named_children if each.end_byte <= child.start_byte)
        child = inner
