"""Where a variable of Python occurs: its binding and every use of it, by the scopes.

What cannot be told from the text with certainty is a doubt, and who changes code by this does
nothing where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from fimls.syntax.looked_up_names import looks_names_up
from fimls.syntax.parsed_text import Parsed
from fimls.syntax.python_bindings import PYTHON, Where

if TYPE_CHECKING:
    from tree_sitter import Node

Role: TypeAlias = Literal["bound", "read"]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence of a variable.

    Attributes:
        start: offset of its first character.
        end: offset after its last character.
        role: whether the name gets a value there, or is read.
        imported: whether it is the name of what is imported as well.
    """

    start: int
    end: int
    role: Role
    imported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable of a function, and where it is.

    Attributes:
        name: its name.
        places: every occurrence, in the order of the text.
        start: offset where the scope that it belongs to begins.
        end: offset after that scope.
        parameter: whether it is a parameter of a function.
        taken: every other name that occurs where it could be seen, or could hide something.
        doubt: why not all of this is certain, as a short sentence, or None.
    """

    name: str
    places: tuple[Occurrence, ...]
    start: int
    end: int
    parameter: bool
    taken: frozenset[str]
    doubt: str | None


def name_at(parsed: Parsed, offset: int) -> str | None:
    """Return the name at an offset, or one that ends there; None for what is no variable's."""
    node = _name_node(parsed, offset)
    return parsed.text_of(node) if node else None


def variable_at(parsed: Parsed, offset: int) -> Variable | None:
    """Return the local variable whose name is at an offset, or ends there.

    None where no variable is there, or where it belongs to no function, which other files may see.
    """
    node = _name_node(parsed, offset)
    region = _outermost(node) if node is not None else None
    if node is None or region is None:
        return None
    found = list(_occurrences(parsed, region))
    here = next((each for each in found if each.start == node.start_byte), None)
    return _variable(parsed, region, found, here) if here else None


def variables_of(
    parsed: Parsed, offset: int, names: Collection[str] | None = None
) -> list[Variable]:
    """Return the variables of the outermost function around an offset, or those of some names."""
    place = parsed.byte(offset)
    node = parsed.root.descendant_for_byte_range(place, min(place + 1, len(parsed.data)))
    region = _outermost(node or parsed.root)
    if region is None:
        return []
    found = list(_occurrences(parsed, region))
    wanted = [each for each in found if names is None or each.name in names]
    homes = {(each.name, id(home)): each for each in wanted if (home := each.home())}
    made = [_variable(parsed, region, found, each) for each in homes.values()]
    return [variable for variable in made if variable is not None]


def _variable(
    parsed: Parsed, region: Node, found: list[_Occurrence], here: _Occurrence
) -> Variable | None:
    """Return the variable that one occurrence means; None where it is bound elsewhere."""
    scope = here.home()
    if scope is None or scope.parent is None:
        return None  # a name of another module, or the outermost function's own
    same = [each for each in found if each.name == here.name]
    mine = sorted((e for e in same if e.home() is scope), key=lambda each: each.start)
    return Variable(
        name=here.name,
        places=tuple(
            Occurrence(parsed.offset(each.start), parsed.offset(each.end), each.role, each.imported)
            for each in mine
        ),
        start=parsed.offset(scope.node.start_byte),
        end=parsed.offset(scope.node.end_byte),
        parameter=any(each.parameter for each in mine),
        taken=frozenset(each.name for each in found) - {here.name},
        doubt=_doubt(parsed, region, here.name, scope),
    )


@dataclass(slots=True, eq=False)
class _Scope:
    """Names that are bound together."""

    node: Node
    parent: _Scope | None
    is_function: bool
    hidden: bool
    names: set[str] = field(default_factory=set[str])


@dataclass(slots=True, eq=False)
class _Occurrence:
    name: str
    start: int
    end: int
    role: Role
    imported: bool
    parameter: bool
    scope: _Scope
    bound_in: _Scope | None

    def home(self) -> _Scope | None:
        """Return the scope that the name belongs to."""
        if self.bound_in:
            return self.bound_in
        scope: _Scope | None = self.scope
        while scope is not None:
            if self.name in scope.names and (not scope.hidden or scope is self.scope):
                return scope
            scope = scope.parent
        return None


def _occurrences(parsed: Parsed, region: Node) -> Iterator[_Occurrence]:
    """Yield every name of a region; a name's home is known once all have been yielded."""
    rules = PYTHON
    around = _Scope(region, None, is_function=False, hidden=False)
    # Kept by hand: expressions nest deeper than Python's own stack allows.
    stack: list[tuple[Node, _Scope, _Scope | None, Role, bool]] = [
        (region, around, None, "read", False)
    ]
    while stack:
        node, scope, bound_in, role, parameter = stack.pop()
        kind = node.type
        if kind == "identifier":
            name = parsed.text_of(node)
            if bound_in and _can_be_bound(node):
                bound_in.names.add(name)
            else:
                bound_in, role = None, "read"
            yield _Occurrence(
                name,
                node.start_byte,
                node.end_byte,
                role,
                bound_in is not None and _is_imported(node),
                parameter and bound_in is not None,
                scope,
                bound_in,
            )
            continue
        inner = scope
        if kind in rules.functions or kind in rules.blocks:
            inner = _Scope(node, scope, kind in rules.functions, kind in rules.hidden)
        for index, child in enumerate(node.children):
            if not child.is_named or child.type.endswith("comment"):
                continue
            part = (kind, node.field_name_for_child(index))
            if part in rules.members and not _is_value(node, child):
                continue
            own = inner
            if part in rules.outside or _is_first_iterable(node, part):
                own = scope if inner is not scope else scope.parent or scope
            where = _where(node, child, part)
            if where:
                target = scope if where == "outside" else inner
                if where == "function":
                    while not target.is_function and target.parent and not target.hidden:
                        target = target.parent
                stack.append((child, own, target, "bound", "parameter" in kind))
            elif kind in rules.patterns and role != "read":
                stack.append((child, own, bound_in, role, parameter))
            else:
                stack.append((child, own, None, "read", False))


def _where(node: Node, child: Node, part: tuple[str, str | None]) -> Where | None:
    """Return which scope the names of a child go into, or None where it binds none."""
    kind, name = part
    where = PYTHON.binders.get(part)
    if kind == "import_statement" and child.type == "aliased_import":
        return None
    if kind in ("case_pattern", "keyword_pattern"):
        # A dotted name is looked up, a single one is bound.
        return where if child.type == "dotted_name" and child.named_child_count == 1 else None
    if kind == "as_pattern" and name is None and node.parent and node.parent.type == "case_pattern":
        return "function" if child.type == "identifier" else None
    return where


def _can_be_bound(node: Node) -> bool:
    """Whether a name in a binding part is bound: of ``import a.b`` only the first part is."""
    parent = node.parent
    if parent is not None and parent.type == "dotted_name":
        return parent.named_children[0].id == node.id
    return True


def _is_imported(node: Node) -> bool:
    """Whether a name that is bound is what an import names, without ``as``."""
    parent = node.parent
    return (
        parent is not None
        and parent.type == "dotted_name"
        and parent.parent is not None
        and parent.parent.type.startswith("import_")
    )


def _is_value(node: Node, child: Node) -> bool:
    """Whether a child is the value of ``key=value`` in a pattern, which has no field names."""
    return node.type == "keyword_pattern" and node.named_children[0].id != child.id


def _is_first_iterable(node: Node, part: tuple[str, str | None]) -> bool:
    """Whether a part is what a comprehension goes through first: it is evaluated outside."""
    if part != ("for_in_clause", "right") or node.parent is None:
        return False
    clauses = [child for child in node.parent.children if child.type == "for_in_clause"]
    return clauses[0].id == node.id


def _doubt(parsed: Parsed, region: Node, name: str, home: _Scope) -> str | None:
    text = parsed.text_of(region)
    word = re.escape(name)
    if region.has_error:
        return "The code around it has a syntax error."
    if home.hidden:
        return f"`{name}` is a member of a class."
    if re.search(rf"\b(?:global|nonlocal)\b[^\n]*\b{word}\b", text):
        return f"`{name}` is declared global or nonlocal."
    if looks_names_up(parsed, region):
        return "The function looks names up while it runs."
    if re.search(rf"\{{\s*{word}\s*=\s*[!:}}]", text):
        return f"A string shows the name `{name}`."
    return None


def _name_node(parsed: Parsed, offset: int) -> Node | None:
    place = parsed.byte(offset)
    for start, end in ((place, place + 1), (max(place - 1, 0), place)):
        node = parsed.root.descendant_for_byte_range(start, min(end, len(parsed.data)))
        if node is not None and node.type == "identifier":
            return node
    return None


def _outermost(node: Node) -> Node | None:
    """Return the outermost function around a node, or None."""
    found, top = None, node
    while (parent := top.parent) is not None:
        if top.type in PYTHON.functions:
            found = top
        top = parent
    return found
