"""Values of Python in normal form: those that are written in another way and are the same."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Sequence

from fimls.refactor.verification.known_values import (
    Function,
    bindings,
    known_types,
    mentions,
)
from fimls.refactor.verification.normal_tests import as_test, is_truth, joined, negated

_FLAGS = {
    "A": "ASCII",
    "I": "IGNORECASE",
    "L": "LOCALE",
    "M": "MULTILINE",
    "S": "DOTALL",
    "U": "UNICODE",
    "X": "VERBOSE",
}
_BUILTINS = frozenset[str](("all", "any", "bool", "dict", "list", "set", "tuple"))
_NONE = frozenset[str]()
_EMPTY = {"list": ast.List, "tuple": ast.Tuple}
_ENDS_ITERATION = frozenset({"next", "__next__", "anext", "send", "throw", "StopIteration"})
"""What may end the iteration of a generator from within: elsewhere the same ends nothing."""
_RUNS_LATER = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Lambda, ast.GeneratorExp)


def with_normal_values(module: ast.Module) -> ast.Module:
    """Return a module whose values are in normal form."""
    return ast.Module(_Values(module).visit(module).body, [])


class _Values(ast.NodeTransformer):
    """Rewrites what a module's expressions say, from the inside outwards.

    Builtins are taken for what they are where the module binds no such name.
    """

    def __init__(self, module: ast.Module) -> None:
        """Look at which names a module binds."""
        bound = bindings(module)
        self._builtins = _NONE if bound["*"] else _BUILTINS - bound.keys()
        self._modules = {
            alias.name
            for node in module.body
            if isinstance(node, ast.Import)
            for alias in node.names
            if alias.asname in (None, alias.name) and bound[alias.name] == 1
        }
        self._types = known_types(module, self._builtins)
        self._names: Counter[str] | None = None

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        names, self._names = self._names, None
        self.generic_visit(node)
        self._names = names
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        return joined(node.op, *node.values)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Not):
            return _truth_of(as_test(node))
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """Take a chain apart where what stands in its middle may be read twice."""
        self.generic_visit(node)
        for place, operator in enumerate(node.ops):
            if isinstance(operator, ast.In | ast.NotIn):
                node.comparators[place] = self._without_keys(node.comparators[place])
        sides = [node.left, *node.comparators]
        twice = sides[1:-1]
        if twice and all(isinstance(each, ast.Name | ast.Constant) for each in twice):
            pairs = zip(sides, node.ops, sides[1:], strict=False)
            return ast.BoolOp(ast.And(), [ast.Compare(a, [by], [b]) for a, by, b in pairs])
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        test = as_test(node.test)
        if isinstance(test, ast.Name):
            if _is_name(node.body, test.id):
                return joined(ast.Or(), test, node.orelse)
            if _is_name(node.orelse, test.id):
                return joined(ast.And(), test, node.body)
        if _is_bool(node.body, True) and _is_bool(node.orelse, False):
            return _truth_of(test)
        if _is_bool(node.body, False) and _is_bool(node.orelse, True):
            return _truth_of(negated(test))
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return ast.IfExp(test.operand, node.orelse, node.body)
        node.test = test
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        if node.ifs:
            node.ifs = [as_test(joined(ast.And(), *node.ifs))]
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Call(ast.Name(name), [], []) if name in _EMPTY and name in self._builtins:
                return _EMPTY[name]([], ast.Load())
            case ast.Call(ast.Name("bool"), [value], []) if "bool" in self._builtins:
                return _truth_of(as_test(value)) if not isinstance(value, ast.Starred) else node
            case ast.Call(ast.Name("dict"), [], []) if "dict" in self._builtins:
                return ast.Dict([], [])
            case ast.Call(ast.Attribute(ast.Name(name), "get"), [key, ast.Constant(None)], []):
                if self._types.get(name) == "dict":
                    node.args = [key]
            case ast.Call(ast.Attribute(ast.Constant(str() as text), "split"), args, []):
                given = [each.value for each in args if isinstance(each, ast.Constant)]
                if len(given) == len(args) < 3:
                    parts = _split(text, given)
                    return parts or node
            case _:
                pass
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if _is_name(node.value, "re") and "re" in self._modules:
            node.attr = _FLAGS.get(node.attr, node.attr)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        """Take `found.update(f(x) for x in xs)` for the loop that fills the set."""
        self.generic_visit(node)
        match node.value:
            case ast.Call(ast.Attribute(ast.Name(name) as into, "update"), [given], []):
                if self._types.get(name) == "set" and isinstance(given, ast.GeneratorExp):
                    add = ast.Call(ast.Attribute(into, "add", ast.Load()), [given.elt], [])
                    return self._as_loop(given, ast.Expr(add)) or node
            case _:
                pass
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST | list[ast.stmt]:
        """Take `return any(p(x) for x in xs)` for the loop that looks for one."""
        self.generic_visit(node)
        match node.value:
            case ast.Call(ast.Name(("any" | "all") as name), [ast.GeneratorExp() as given], []):
                if name in self._builtins:
                    test = given.elt if name == "any" else ast.UnaryOp(ast.Not(), given.elt)
                    found = ast.If(test, [ast.Return(ast.Constant(name == "any"))], [])
                    loop = self._as_loop(given, found)
                    return [loop, ast.Return(ast.Constant(name == "all"))] if loop else node
            case _:
                pass
        return node

    def _function(self, node: Function) -> ast.AST:
        types, names = self._types, self._names
        own = bindings(node)
        outer = {name: kind for name, kind in types.items() if name not in own}
        self._types = outer | known_types(node, self._builtins)
        self._names = mentions(node)
        self.generic_visit(node)
        self._types, self._names = types, names
        return node

    def _without_keys(self, node: ast.expr) -> ast.expr:
        match node:
            case ast.Call(ast.Attribute(ast.Name(name) as value, "keys"), [], []):
                return value if self._types.get(name) == "dict" else node
            case _:
                return node

    def _as_loop(self, given: ast.GeneratorExp, inside: ast.stmt) -> ast.For | None:
        """Return a generator as a loop, where nothing else has its variables' names."""
        loop = given.generators[0]
        variables = mentions(loop.target)
        everywhere = mentions(given) - mentions(loop.iter)
        if len(given.generators) > 1 or loop.is_async or self._names is None:
            return None
        if any(isinstance(each, _RUNS_LATER) for part in ast.iter_child_nodes(given)
               for each in ast.walk(part)):  # fmt: skip
            return None
        if any(self._names[name] != everywhere[name] for name in variables):
            return None
        said = {getattr(each, "attr", getattr(each, "id", "")) for each in ast.walk(given)}
        if said & _ENDS_ITERATION or not all(
            isinstance(each, ast.Name | ast.Tuple | ast.expr_context)
            for each in ast.walk(loop.target)
        ):
            return None
        body: list[ast.stmt] = [ast.If(loop.ifs[0], [inside], [])] if loop.ifs else [inside]
        return ast.For(loop.target, loop.iter, body, [])


def _truth_of(test: ast.expr) -> ast.expr:
    """Return the value `True` or `False` that a test has."""
    return test if is_truth(test) else ast.IfExp(test, ast.Constant(True), ast.Constant(False))


def _split(text: str, given: Sequence[object]) -> ast.List | None:
    try:
        parts = text.split(*given)  # pyright: ignore[reportArgumentType]
    except (TypeError, ValueError):
        return None
    return ast.List([ast.Constant(each) for each in parts], ast.Load())


def _is_name(node: ast.expr | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_bool(node: ast.expr, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value
