"""Python's older ways to format a string, and the f-string that gives the same.

Same means: for every class whose ``format(x)`` is its ``str(x)``, as it is unless a class says
otherwise. ``%d`` cuts decimals off, so it becomes ``int(...)`` where the value is not surely whole.
"""

from __future__ import annotations

import ast
import re
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fimls.refactor.transformations.f_string_text import (
    Impossible,
    Literal,
    Piece,
    braced,
    f_string,
)
from fimls.syntax.evaluation_order import acts
from fimls.syntax.parsed_text import Parsed

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Formatting:
    """A formatted string.

    Attributes:
        start: offset of its first character.
        end: offset after its last character.
        result: the f-string, or empty.
        reason: why there is none, or None.
    """

    start: int
    end: int
    result: str
    reason: str | None


def formatting_at(parsed: Parsed, offset: int) -> Formatting | None:
    """Return the formatted string around an offset of Python: by ``%`` or by ``format``."""
    place = parsed.byte(offset)
    for start in (place, max(place - 1, 0)):
        node = parsed.root.descendant_for_byte_range(start, min(start + 1, len(parsed.data)))
        while node is not None and not node.type.endswith(("_statement", "block", "module")):
            if (template := _template(parsed, node)) is not None:
                return _formatting(parsed, node, template)
            node = node.parent
    return None


_LITERAL = re.compile(r"([rRuU]?)(\"\"\"|'''|\"|')(.*)\2", re.DOTALL)
_PERCENT = re.compile(r"%(?:\((\w+)\))?([-+ #0]*)(\d+|\*)?(?:\.(\d+))?([a-zA-Z%])")
_FIELD = re.compile(r"(\w*)((?:\.\w+|\[\w+\])*)")
_NO_TUPLE = re.compile(r"[fFrR]?['\"]|[\d.]+$|(?:len|str|int|float|repr|round|abs)\(")


def _template(parsed: Parsed, node: Node) -> Node | None:
    """Return the literal that a node formats, or None where it formats nothing."""
    if node.type == "binary_operator":
        operator, left = node.child_by_field_name("operator"), node.child_by_field_name("left")
        found = left if operator is not None and operator.type == "%" else None
    elif node.type == "call":
        function = node.child_by_field_name("function")
        method = function.child_by_field_name("attribute") if function is not None else None
        found = function.child_by_field_name("object") if function is not None else None
        found = found if method is not None and parsed.text_of(method) == "format" else None
    else:
        return None
    strings = ("string", "concatenated_string")
    return found if found is not None and found.type in strings else None


def _formatting(parsed: Parsed, node: Node, template: Node) -> Formatting | None:
    whole = template.type == "string"
    strings = [template] if whole else [c for c in template.named_children if c.type != "comment"]
    literals: list[Literal] = []
    for each in strings:
        match = _LITERAL.fullmatch(parsed.text_of(each))
        if match is None:
            return None
        literals.append(Literal(match[1].replace("u", "").replace("U", ""), match[2], match[3]))
    result, reason = "", None
    try:
        if any(map(_hides, literals)):
            raise Impossible("A mark of the format is written as an escape sequence.")
        write = _by_percent if node.type == "binary_operator" else _by_format
        parts = write(parsed, node, literals)
        if not any(piece.expression for part in parts for piece in part):
            raise Impossible("It has no place for a value.")
        last = strings[0].start_byte
        for string_node, literal, pieces in zip(strings, literals, parts, strict=True):
            result += parsed.data[last : string_node.start_byte].decode("utf-8")
            result += f_string(literal, pieces)
            last = string_node.end_byte
        if not whole and "\n" in result and not _is_in_brackets(node):
            result = f"({result})"
    except Impossible as error:
        reason = str(error)
    start, end = parsed.offset(node.start_byte), parsed.offset(node.end_byte)
    return Formatting(start=start, end=end, result=result, reason=reason)


def _is_in_brackets(node: Node) -> bool:
    """Whether lines may end in a node's place as they like."""
    around = node.parent
    return around is not None and around.type in ("argument_list", "parenthesized_expression")


def _by_percent(parsed: Parsed, node: Node, literals: list[Literal]) -> list[list[Piece]]:
    values = node.child_by_field_name("right")
    assert values is not None, "an operator has a right side"
    named = dict(_pairs(parsed, values)) if values.type == "dictionary" else None
    elements = values.named_children if values.type == "tuple" else [values]
    if values.type == "parenthesized_expression" or (
        values.type not in ("tuple", "dictionary") and not _NO_TUPLE.match(parsed.text_of(values))
    ):
        raise Impossible(
            f"`{_short(parsed, values)}` may be a tuple, whose parts would be formatted."
        )
    rest = list(elements)
    used: list[Node] = []
    parts: list[list[Piece]] = []
    for literal in literals:
        pieces: list[Piece] = []
        last = 0
        for found in _PERCENT.finditer(literal.content):
            pieces.append(Piece(braced(literal.content[last : found.start()])))
            last = found.end()
            name, flags, width, precision, kind = found.groups()
            if kind == "%":
                pieces.append(Piece("%"))
                continue
            if (name is None) == (named is not None):
                raise Impossible("It does not fit its values.")
            value = named.get(name or "") if named is not None else rest.pop(0) if rest else None
            if value is None:
                raise Impossible("It has fewer values than places.")
            used.append(value)
            pieces.append(_percent(parsed, value, flags, width, precision, kind))
        if "%" in literal.content[last:]:
            raise Impossible("It does not fit its values.")
        parts.append([*pieces, Piece(braced(literal.content[last:]))])
    if named is None and rest:
        raise Impossible("It does not fit its values.")
    _refuse_reordering(used, list(named.values()) if named is not None else elements)
    return parts


def _percent(
    parsed: Parsed, value: Node, flags: str, width: str | None, precision: str | None, kind: str
) -> Piece:
    expression = _expression(parsed, value)
    if "#" in flags or width == "*" or kind not in "srdiufFeEgGxX":
        raise Impossible(f"`%{kind}` with these marks has no counterpart.")
    points = f".{precision}" if precision is not None else ""
    if kind in "sr":
        if set(flags) - {"-"}:
            raise Impossible(f"`%{kind}` with these marks has no counterpart.")
        align = f"{'<' if '-' in flags else '>'}{width}" if width else ""
        convert = "!r" if kind == "r" else "!s" if align or points else ""
        return Piece(expression=expression, after=convert + _spec(align + points))
    if kind in "diu":
        if points:
            raise Impossible("`%d` with a precision has no counterpart.")
        if not _is_surely(parsed, value, "integer", ("int", "len")):
            expression = f"int({expression})"
        kind = ""
    elif kind in "fFeEgG" and not _is_surely(parsed, value, "float", ("float",)):
        expression = f"float({expression})"  # as ``%`` does, for Decimal and Fraction too
    sign = "+" if "+" in flags else " " if " " in flags else ""
    left = "<" if "-" in flags and width else ""
    zero = "0" if "0" in flags and not left else ""
    return Piece(
        expression=expression, after=_spec(f"{left}{sign}{zero}{width or ''}{points}{kind}")
    )


def _by_format(parsed: Parsed, node: Node, literals: list[Literal]) -> list[list[Piece]]:
    arguments = node.child_by_field_name("arguments")
    if arguments is None or arguments.type != "argument_list":
        raise Impossible("Its values are made while it is formatted.")
    positional: list[Node] = []
    named: dict[str, Node] = {}
    for each in arguments.named_children:
        name, value = each.child_by_field_name("name"), each.child_by_field_name("value")
        if each.type == "keyword_argument" and name is not None and value is not None:
            named[parsed.text_of(name)] = value
        elif "splat" in each.type or each.type == "comment":
            raise Impossible("Its values are not all written there.")
        else:
            positional.append(each)
    used: list[Node] = []
    made: list[list[Piece]] = []
    automatic = 0
    for literal in literals:
        pieces: list[Piece] = []
        try:
            parts = list(string.Formatter().parse(literal.content))
        except ValueError as error:
            raise Impossible("It is not a valid format.") from error
        for text, place, spec, conversion in parts:
            pieces.append(Piece(braced(text)))
            if place is None:
                continue
            found = _FIELD.fullmatch(place)
            if found is None or "{" in (spec or ""):
                raise Impossible("It has places inside of places.")
            name = found[1] or str(automatic)
            automatic += not found[1]
            value = named.get(name)
            if value is None and name.isdecimal() and int(name) < len(positional):
                value = positional[int(name)]
            if value is None:
                raise Impossible("It has fewer values than places.")
            used.append(value)
            expression = _expression(parsed, value, tight=bool(found[2])) + _keys(found[2], literal)
            after = f"!{conversion}" if conversion else ""
            pieces.append(Piece(expression=expression, after=after + _spec(spec or "")))
        made.append(pieces)
    _refuse_reordering(used, [*positional, *named.values()])
    return made


def _is_surely(parsed: Parsed, value: Node, literal: str, functions: tuple[str, ...]) -> bool:
    """Whether a value is a literal of a type, or what one of some functions returns."""
    if value.type == literal:
        return True
    function = value.child_by_field_name("function") if value.type == "call" else None
    return function is not None and parsed.text_of(function) in functions


def _hides(literal: Literal) -> bool:
    """Whether an escape sequence stands for a mark of formats, or has one in it."""
    if "r" in literal.prefix.lower():
        return False
    try:
        value = ast.literal_eval(f"{literal.quotes}{literal.content}{literal.quotes}")
    except (SyntaxError, ValueError):
        return True
    return any(str(value).count(mark) != literal.content.count(mark) for mark in "{}%")


def _keys(path: str, literal: Literal) -> str:
    quote = '"' if "'" in literal.quotes else "'"
    return re.sub(r"\[([^\]\d][^\]]*)\]", rf"[{quote}\1{quote}]", path)


def _refuse_reordering(used: list[Node], given: list[Node]) -> None:
    if any(all(value.id != each.id for each in used) for value in given):
        raise Impossible("One of its values is not used.")
    if any(acts(value) for value in given) and [v.id for v in used] != [v.id for v in given]:
        raise Impossible("Its values would be evaluated in another order.")


def _pairs(parsed: Parsed, values: Node) -> list[tuple[str, Node]]:
    found: list[tuple[str, Node]] = []
    for pair in values.named_children:
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        match = _LITERAL.fullmatch(parsed.text_of(key)) if key is not None else None
        if match is None or value is None:
            raise Impossible("Its values are not all written there.")
        found.append((match[3], value))
    return found


def _expression(parsed: Parsed, value: Node, *, tight: bool = False) -> str:
    text = parsed.text_of(value)
    if re.search(r"[\\#\r\n]", text):
        raise Impossible(f"`{_short(parsed, value)}` cannot stand in an f-string of every Python.")
    if value.type in ("list_splat", "yield"):
        raise Impossible("Its values are not all written there.")
    loose = value.type in ("lambda", "named_expression", "generator_expression")
    if loose or (tight and value.type not in ("identifier", "attribute", "call", "subscript")):
        return f"({text.strip('()') if value.type == 'generator_expression' else text})"
    return text


def _spec(spec: str) -> str:
    return f":{spec}" if spec else ""


def _short(parsed: Parsed, node: Node) -> str:
    text = " ".join(parsed.text_of(node).split())
    return text if len(text) <= 40 else f"{text[:39]}…"
