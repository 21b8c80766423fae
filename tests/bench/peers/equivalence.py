"""Whether a text that an action made does what the text before did, judged without the action."""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import signal
import symtable


def is_equal(one: str, other: str) -> bool:
    """Whether two texts have the same syntax tree, or differ in blanks only."""
    if one.split() == other.split():
        return True
    try:
        return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    except SyntaxError:
        return False


def _too_long(*_: object) -> None:
    raise TimeoutError


signal.signal(signal.SIGPROF, _too_long)


def why_wrong(before: str, after: str) -> str | None:
    """Say why a program is broken where it was not before, or None."""
    try:
        tree = ast.parse(before)
    except SyntaxError:
        return None
    try:
        compile(after, "after", "exec")
    except (SyntaxError, ValueError) as error:
        return f"does not compile: {error}"
    if new := unknown(after) - unknown(before):
        return f"unknown names: {sorted(new)}"
    names = {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}
    if (old := happened(before, names)) != (new := happened(after, names)):
        return f"runs otherwise: {old} and {new}"
    return None


def unknown(text: str) -> set[str]:
    """Return the names of the whole file that nothing binds."""
    found, bound = set[str](), set(dir(builtins)) | {"__file__"}

    def walk(table: symtable.SymbolTable) -> None:
        for each in table.get_symbols():
            here = table.get_type() == "module" or each.is_declared_global()
            if here and (each.is_assigned() or each.is_imported()):
                bound.add(each.get_name())
            if each.is_referenced() and (each.is_global() or table.get_type() == "module"):
                found.add(each.get_name())
        for child in table.get_children():
            walk(child)

    with contextlib.suppress(SyntaxError):
        walk(symtable.symtable(text, "text", "exec"))
    return found - bound


def happened(text: str, names: set[str]) -> list[str]:
    """Return what a program prints and what some of its functions return for a few arguments."""
    space: dict[str, object] = {"__name__": "tried"}
    printed = io.StringIO()
    seen: list[str] = []

    def shown(value: object) -> str:
        plain = isinstance(value, int | str | float | list | dict | tuple | set | None)
        return repr(value) if plain else type(value).__name__

    signal.setitimer(signal.ITIMER_PROF, 1)
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(text, "text", "exec"), space)
        except Exception as error:
            seen.append(type(error).__name__)
        for name, value in sorted(space.items()):
            code = getattr(value, "__code__", None)
            if code is None or name not in names:
                continue
            for given in (1, "ab", [3, 4]):
                try:
                    result = shown(value(*[given] * code.co_argcount))
                except Exception as error:
                    result = type(error).__name__
                seen.append(f"{name}({given!r}) {result}")
    signal.setitimer(signal.ITIMER_PROF, 0)
    return [*seen, printed.getvalue()[:1000]]


def is_undone(before: str, after: str, name: str) -> bool:
    """Whether putting an extracted name's value back everywhere gives the text before."""
    tree = ast.parse(after)
    values = [
        (node, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and [getattr(each, "id", None) for each in node.targets] == [name]
    ]
    if len(values) != 1:
        return False
    statement, value = values[0]

    class Back(ast.NodeTransformer):
        def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
            return None if node is statement else self.generic_visit(node)

        def visit_Name(self, node: ast.Name) -> ast.AST:
            return value if node.id == name else node

    return ast.dump(Back().visit(tree)) == ast.dump(ast.parse(before))


def is_renamed(before: str, after: str, name: str) -> bool:
    """Whether two texts differ in one name, which code itself reads and no import looks for."""
    pairs = zip(ast.walk(ast.parse(before)), ast.walk(ast.parse(after)), strict=False)
    old = set[str]()
    for one, other in pairs:
        if isinstance(one, ast.alias) and isinstance(other, ast.alias) and one.name != other.name:
            return False
        for field in ("id", "arg", "name", "asname", "names", "rest"):
            mine, its = getattr(one, field, None), getattr(other, field, None)
            if isinstance(mine, str | None) and mine != its:
                old.add(mine or getattr(one, "name", ""))
                if its != name:
                    return False
    return len(old) == 1 and name not in before


def is_put_back(before: str, after: str, name: str) -> bool:
    """Whether putting an extracted function's body in its calls' places gives the text before."""
    tree = ast.parse(after)
    made = [n for n in ast.walk(tree) if getattr(n, "name", None) == name]
    if len(made) != 1 or not isinstance(made[0], ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    body = [each for each in made[0].body if not isinstance(each, ast.Global)]
    last = body[-1].value if isinstance(body[-1], ast.Return) else None

    def calls(node: ast.AST | None) -> bool:
        node = node.value if isinstance(node, ast.Await) else node
        called = node.func if isinstance(node, ast.Call) else None
        return name in (getattr(called, "id", None), getattr(called, "attr", None))

    class Back(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> object:
            if node is made[0]:
                return None
            if isinstance(node, ast.Expr) and calls(node.value):
                return body
            if isinstance(node, ast.Return) and calls(node.value):
                return body
            given = ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else ""
            if len(body) > 1 and last and given == ast.unparse(last) and calls(node.value):
                return body[:-1]
            if isinstance(node, ast.Await) and isinstance(made[0], ast.FunctionDef):
                return self.generic_visit(node)
            if calls(node) and len(body) == 1 and last:
                return last
            return super().visit(node)

    return ast.unparse(ast.fix_missing_locations(Back().visit(tree))) == ast.unparse(
        ast.parse(before)
    )


class _Stand:
    """A value that has every attribute, element and result."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> _Stand:
        return _Stand(f"{self._name}.{name}")

    def __getitem__(self, key: object) -> _Stand:
        return _Stand(f"{self._name}[{key!r}]")

    __iter__ = None

    def __call__(self, *given: object) -> _Stand:
        return _Stand(f"{self._name}{given}")

    def __str__(self) -> str:
        return f"<{self._name}>"


class _Names(dict[str, object]):
    def __init__(self, give: object) -> None:
        super().__init__()
        self._give = give

    def __missing__(self, name: str) -> object:
        if hasattr(builtins, name):
            raise KeyError(name)
        return _Stand(name) if self._give is None else self._give


def is_same_value(one: str, other: str) -> bool:
    """Whether two expressions give the same for several values of their names."""
    same = []
    for give in (None, 3, -2.5, "text", (1, 2), ("a",), [1], {"a": 1}):
        results = []
        for each in (one, other):
            try:
                results.append(eval(each.replace("await ", ""), {}, _Names(give)))
            except Exception:
                results.append(None)
        same.append(results[0] is None or results[0] == results[1])
    return all(same)
