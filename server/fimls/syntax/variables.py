"""Where a variable occurs: its binding and every use of it, by the language's scopes.

What cannot be told from the text with certainty is a doubt, and who changes code by this does
nothing where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from fimls.syntax.parsed import Parsed
from fimls.syntax.scoping import Rules, Where, rules_for

if TYPE_CHECKING:
    from tree_sitter import Node

Role: TypeAlias = Literal["bound", "written", "read"]


@dataclass(frozen=True, slots=True)
class Place:
    """One occurrence of a variable.

    Attributes:
        start: offset of its first character.
        end: offset after its last character.
        role: whether the name is made there, given a new value, or read.
        short: whether it is a key as well (``{name}`` for ``{name: name}``).
    """

    start: int
    end: int
    role: Role
    short: bool = False


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
    places: tuple[Place, ...]
    start: int
    end: int
    parameter: bool
    taken: frozenset[str]
    doubt: str | None


def name_at(parsed: Parsed, language_id: str, offset: int) -> str | None:
    """Return the name at an offset, or one that ends there; None for what is no variable's."""
    rules = rules_for(language_id)
    node = _name_node(parsed, rules, offset) if rules else None
    return _text(node) if node else None


def variable_at(parsed: Parsed, language_id: str, offset: int) -> Variable | None:
    """Return the local variable whose name is at an offset, or ends there.

    None where no variable is there, where it belongs to no function, which other files may see, or
    where the language's scopes are not known.
    """
    rules = rules_for(language_id)
    node = _name_node(parsed, rules, offset) if rules else None
    if rules is None or node is None:
        return None
    region = _outermost(node, rules)
    if region is None:
        return None
    found = list(_occurrences(rules, region))
    here = next((each for each in found if each.start == node.start_byte), None)
    return _variable(parsed, rules, region, found, here) if here else None


def variables_of(
    parsed: Parsed, language_id: str, offset: int, names: Collection[str] | None = None
) -> list[Variable]:
    """Return the variables of the outermost function around an offset, or those of some names."""
    rules = rules_for(language_id)
    if rules is None:
        return []
    place = parsed.byte(offset)
    node = parsed.root.descendant_for_byte_range(place, min(place + 1, len(parsed.data)))
    region = _outermost(node or parsed.root, rules)
    if region is None:
        return []
    found = list(_occurrences(rules, region))
    wanted = [each for each in found if names is None or each.name in names]
    homes = {(each.name, id(home)): each for each in wanted if (home := each.home(rules))}
    made = [_variable(parsed, rules, region, found, each) for each in homes.values()]
    return [variable for variable in made if variable is not None]


def _variable(
    parsed: Parsed, rules: Rules, region: Node, found: list[_Occurrence], here: _Occurrence
) -> Variable | None:
    """Return the variable that one occurrence means; None where it is bound elsewhere."""
    scope = here.home(rules)
    if scope is None or scope.parent is None:
        return None  # a name of another module, or the outermost function's own
    same = [each for each in found if each.name == here.name]
    mine = sorted((e for e in same if e.home(rules) is scope), key=lambda each: each.start)
    return Variable(
        name=here.name,
        places=tuple(
            Place(parsed.offset(each.start), parsed.offset(each.end), each.role, each.short)
            for each in mine
        ),
        start=parsed.offset(scope.node.start_byte),
        end=parsed.offset(scope.node.end_byte),
        parameter=any(each.parameter for each in mine),
        taken=frozenset(each.name for each in found) - {here.name},
        doubt=_doubt(rules, region, here.name, mine),
    )


@dataclass(slots=True, eq=False)
class _Scope:
    """Names that are bound together; `names` says from which byte on each is there."""

    node: Node
    parent: _Scope | None
    is_function: bool
    hidden: bool
    names: dict[str, int] = field(default_factory=dict[str, int])

    def bind(self, name: str, since: int) -> None:
        self.names[name] = min(since, self.names.get(name, since))


@dataclass(slots=True, eq=False)
class _Occurrence:
    name: str
    start: int
    end: int
    role: Role
    short: bool
    parameter: bool
    scope: _Scope
    bound_in: _Scope | None

    def home(self, rules: Rules) -> _Scope | None:
        """Return the scope that the name belongs to."""
        if self.bound_in:
            return self.bound_in
        scope: _Scope | None = self.scope
        while scope is not None:
            since = scope.names.get(self.name)
            seen = not scope.hidden or scope is self.scope
            if since is not None and seen and (not rules.sequential or since <= self.start):
                return scope
            scope = scope.parent
        return None


def _occurrences(rules: Rules, region: Node) -> Iterator[_Occurrence]:
    """Yield every name of a region; a name's home is known once all have been yielded."""
    around = _Scope(region, None, is_function=False, hidden=False)
    # Kept by hand: expressions nest deeper than Python's own stack allows.
    stack: list[tuple[Node, _Scope, _Scope | None, int, Role, bool]] = [
        (region, around, None, 0, "read", False)
    ]
    while stack:
        node, scope, bound_in, since, role, parameter = stack.pop()
        kind = node.type
        if kind in rules.names and not node.named_child_count:
            name = _text(node)
            if bound_in and _can_be_bound(node, name):
                bound_in.bind(name, since)
            else:
                bound_in = None
                role = "read" if role == "bound" else role
            yield _Occurrence(
                name,
                node.start_byte,
                node.end_byte,
                role,
                kind in rules.short or _is_short(node),
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
            if (part in rules.members and not _is_value(node, child)) or _is_no_name(part, child):
                continue
            own = inner
            if part in rules.outside or _is_first_iterable(node, part):
                own = scope if inner is not scope else scope.parent or scope
            where = _where(rules, node, child, part)
            if where:
                target = scope if where == "outside" else inner
                if where == "function":
                    while not target.is_function and target.parent and not target.hidden:
                        target = target.parent
                stack.append((child, own, target, _since(rules, node, part), "bound", _heads(node)))
            elif part in rules.writes:
                stack.append((child, own, None, 0, "written", False))
            elif kind in rules.patterns and role != "read":
                passed = not _is_plain_part(part)
                stack.append(
                    (
                        child,
                        own,
                        bound_in if passed else None,
                        since,
                        role if passed else "read",
                        parameter,
                    )
                )
            else:
                stack.append((child, own, None, 0, "read", False))


def _where(rules: Rules, node: Node, child: Node, part: tuple[str, str | None]) -> Where | None:
    """Return which scope the names of a child go into, or None where it binds none."""
    kind, name = part
    where = rules.binders.get(part)
    if kind == "import_specifier" and name == "name":
        return None if node.child_by_field_name("alias") else where
    if kind == "import_statement" and child.type == "aliased_import":
        return None
    if kind == "variable_declarator" and node.parent is not None:
        if node.parent.type == "variable_declaration":  # ``var``
            return "function"
        return where
    if kind == "lambda_expression" and child.type != "identifier":
        return None
    if kind in ("case_pattern", "keyword_pattern"):
        # A dotted name is looked up, a single one is bound.
        return where if child.type == "dotted_name" and child.named_child_count == 1 else None
    if kind == "as_pattern" and name is None and node.parent and node.parent.type == "case_pattern":
        return "function" if child.type == "identifier" else None
    if kind in ("range_clause", "receive_statement") and name == "left":
        return "block" if any(each.type == ":=" for each in node.children) else None
    if kind == "for_in_statement" and name == "left":
        declared = node.child_by_field_name("kind")
        return None if declared is None else "function" if declared.type == "var" else "block"
    if kind == "match_pattern" and name == "condition":
        return None
    return where


def _since(rules: Rules, node: Node, part: tuple[str, str | None]) -> int:
    """Return from which byte on a name is there that is bound in a part of a node."""
    if not rules.sequential or rules.binders.get(part) == "outside" or _heads(node):
        return 0
    if node.type in ("let_declaration", "let_condition", "short_var_declaration", "var_spec"):
        return node.end_byte
    return node.start_byte


def _heads(node: Node) -> bool:
    """Whether what a node binds are parameters."""
    return "parameter" in node.type or (node.type in ("arrow_function", "lambda_expression"))


def _is_plain_part(part: tuple[str, str | None]) -> bool:
    """Whether a part of a pattern is an expression: a default, a key, a type."""
    kind, name = part
    return (
        (kind in ("assignment_pattern", "object_assignment_pattern") and name == "right")
        or (kind == "pair_pattern" and name == "key")
        or (kind in ("struct_pattern", "tuple_struct_pattern") and name == "type")
    )


def _can_be_bound(node: Node, name: str) -> bool:
    """Whether a name in a binding part is bound: Rust's patterns name constants and variants."""
    parent = node.parent
    if parent is not None and parent.type == "dotted_name":
        return parent.named_children[0].id == node.id
    return not (parent is not None and "pattern" in parent.type and name[:1].isupper())


def _is_no_name(part: tuple[str, str | None], child: Node) -> bool:
    """Whether a name is a tag of HTML, or a member in the tokens of a macro."""
    kind, field_name = part
    if kind.startswith("jsx_") and field_name == "name":
        return _text(child)[:1].islower()
    before = child.prev_sibling
    return kind == "token_tree" and before is not None and before.type in (".", "::")


def _is_short(node: Node) -> bool:
    return node.parent is not None and node.parent.type == "shorthand_field_initializer"


def _is_value(node: Node, child: Node) -> bool:
    """Whether a child is the value of ``key=value`` in a pattern, which has no field names."""
    return node.type == "keyword_pattern" and node.named_children[0].id != child.id


def _is_first_iterable(node: Node, part: tuple[str, str | None]) -> bool:
    """Whether a part is what a comprehension goes through first: it is evaluated outside."""
    if part != ("for_in_clause", "right") or node.parent is None:
        return False
    clauses = [child for child in node.parent.children if child.type == "for_in_clause"]
    return clauses[0].id == node.id


def _doubt(rules: Rules, region: Node, name: str, mine: list[_Occurrence]) -> str | None:
    text = (region.text or b"").decode("utf-8", "replace")
    if region.has_error:
        return "The code around it has a syntax error."
    word = re.escape(name)
    if rules.keywords and re.search(rf"\b(?:global|nonlocal)\b[^\n]*\b{word}\b", text):
        return f"`{name}` is declared global or nonlocal."
    if re.search(r"\b(?:eval|exec|locals|vars)\s*\(", text):
        return "The function looks names up while it runs."
    if re.search(rf"\{{\s*{word}\s*=\s*[!:}}]", text):
        return f"A string shows the name `{name}`."
    if rules is rules_for("go") and re.search(rf"[{{,]\s*{word}\s*:(?!=)", text):
        return f"`{name}:` may be a field of a struct."
    if re.search(rf"\b(?:private|protected|public|readonly)\s+{word}\b", text):
        return f"`{name}` is a property too."
    if rules is rules_for("rust"):
        if sum(each.role == "bound" for each in mine) > 1:
            return f"`{name}` is declared more than once."
        if re.search(rf"\{{{word}[:}}]", text) and "!(" in text:
            return f"A format string reads `{name}`."
    return None


def _name_node(parsed: Parsed, rules: Rules, offset: int) -> Node | None:
    place = parsed.byte(offset)
    for start, end in ((place, place + 1), (max(place - 1, 0), place)):
        node = parsed.root.descendant_for_byte_range(start, min(end, len(parsed.data)))
        if node is not None and node.type in rules.names and not node.named_child_count:
            return node
    return None


def _outermost(node: Node, rules: Rules) -> Node | None:
    """Return the outermost function around a node, or None."""
    found, top = None, node
    while (parent := top.parent) is not None:
        if top.type in rules.functions:
            found = top
        top = parent
    return found


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")
