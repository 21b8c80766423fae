"""What the code promises about its own shape."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import attrs
import pytest

from fimls.resources import configs_path
from fimls.settings import tables_of
from fimls.settings.default_toml import default_toml

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "server" / "fimls"
SOURCES = sorted(PACKAGE.rglob("*.py"))
TESTS = (each for each in (ROOT / "tests").rglob("*.py") if "data" not in each.parts)
ALL_PYTHON = [*SOURCES, *sorted(TESTS)]

SPLITLINES_ALLOWED: dict[str, str] = {}
"""File -> why what it splits is neither a document nor an event stream."""

HEAVY = {
    "torch",
    "sglang",
    "transformers",
    "httpx",
    "h11",
    "tokenizers",
    "rich",
    "huggingface_hub",
    "tree_sitter",
    "prometheus_client",
}


def identifier(path: Path) -> str:
    return str(path.relative_to(ROOT))


def calls(tree: ast.AST, name: str) -> Iterator[ast.Attribute]:
    return (n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr == name)


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def test_imports_run_downward_only():
    command = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_no_module_needs_itself_even_for_a_type():
    """`lint-imports` looks at packages; this looks at modules, and at imports for types alone."""
    modules = {dotted(path): path for path in SOURCES}
    needs = {name: modules_of(path) & modules.keys() - {name} for name, path in modules.items()}
    TopologicalSorter(needs).prepare()  # raises CycleError, which names the circle


ROOMS = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_every_room_says_which_others_it_knows(room: str):
    needed = {
        name.split(".")[1]
        for path in (PACKAGE / room).rglob("*.py")
        for name in modules_of(path)
        if name.startswith("fimls.")
    } & ROOMS - {room}
    said = ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text("utf-8"))) or ""
    if "It may know every other room." in said:
        return
    sentence = said.rpartition("\n\n")[2]
    assert sentence.startswith("It knows "), f"{room}/__init__.py does not end with what it knows"
    assert set(re.findall(r"`(\w+)`", sentence)) == needed


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT / "server").with_suffix("").parts).removesuffix(
        ".__init__"
    )


def modules_of(path: Path) -> set[str]:
    """Which modules a file imports: `from package import module` names the module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                module = PACKAGE.parent.joinpath(*node.module.split("."), alias.name)
                is_module = module.with_suffix(".py").exists() or module.is_dir()
                found.add(f"{node.module}.{alias.name}" if is_module else node.module)
    return found


def test_no_module_is_called_by_an_old_name():
    table = ROOT / "tests" / "data" / "old_names.txt"
    old = [line.split()[0] for line in table.read_text("utf-8").splitlines() if line[0] != "#"]
    names = "|".join(
        rf"fimls\.{re.escape(name)}|fimls/{name.replace('.', '/')}\.py" for name in old
    )
    pattern = re.compile(rf"(?<![\w./-])(?:server/)?(?:{names})(?![\w])")
    text = [*SOURCES, *ALL_PYTHON, *ROOT.glob("*.md"), *(ROOT / "server").glob("*.md")]
    text += [each for each in (ROOT / "configs").rglob("*") if each.is_file()]
    text += (ROOT / "editors").rglob("*.md")
    found = {
        f"{identifier(path)}: {match[0]}"
        for path in text
        if "node_modules" not in path.parts
        for match in pattern.finditer(path.read_text("utf-8"))
    }
    assert not found


@pytest.mark.parametrize("path", SOURCES, ids=identifier)
def test_no_file_is_long(path: Path):
    lines = path.read_text("utf-8").count("\n")
    assert lines <= 300, "more than one concept?"


@pytest.mark.parametrize("path", ALL_PYTHON, ids=identifier)
def test_nothing_imports_the_source_root_as_a_package(path: Path):
    """`import server.fimls` would load a second copy of every module."""
    roots = {name.partition(".")[0] for name in imports(ast.parse(path.read_text("utf-8")))}
    assert "server" not in roots


@pytest.mark.parametrize("path", SOURCES, ids=identifier)
def test_imports_are_absolute(path: Path):
    relative = [name for name in imports(ast.parse(path.read_text("utf-8"))) if name[:1] == "."]
    assert not relative


@pytest.mark.parametrize("path", SOURCES, ids=identifier)
def test_documents_are_never_split_at_what_lsp_does_not_call_a_line_end(path: Path):
    if identifier(path) not in SPLITLINES_ALLOWED:
        found = [node.lineno for node in calls(ast.parse(path.read_text("utf-8")), "splitlines")]
        assert not found, "split with fimls.text, or say in SPLITLINES_ALLOWED why not"


@pytest.mark.parametrize("path", SOURCES, ids=identifier)
def test_no_text_shows_the_name_of_a_constant_in_place_of_its_value(path: Path):
    tree = ast.parse(path.read_text("utf-8"))
    parts = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            assert not re.search(r"\{[A-Z][A-Z_]+\}", node.value), (
                f"line {node.lineno}: no f-string"
            )


@pytest.mark.parametrize("path", SOURCES, ids=identifier)
def test_every_module_says_what_it_is(path: Path):
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    assert len(docstring) > 10


@pytest.mark.parametrize("module", ["fimls.lsp", "fimls.cli.serve", "fimls.text", "fimls.settings"])
def test_the_server_starts_without_heavy_imports(module: str):
    program = f"import sys, {module}; print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(result.stdout.split())
    assert module in loaded
    assert not HEAVY & loaded


def test_an_editors_end_of_a_hub_is_small():
    modules = "fimls.hub.connect_bridge, fimls.hub.hub_client, fimls.cli.connect"
    program = f"import sys, {modules}; print(*sys.modules)"
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not (HEAVY | {"lsprotocol", "pygls", "websockets"}) & set(result.stdout.split())


def test_the_shipped_settings_are_the_defaults():
    shipped = (configs_path() / "fimls.toml").read_text("utf-8")
    assert shipped == default_toml(), "run `python -m fimls.settings.default_toml`"


SETTINGS = [
    pytest.param(field, id=f"{table}.{field.name}")
    for table, kind in tables_of().items()
    for field in attrs.fields(kind)
]


@pytest.mark.parametrize("field", SETTINGS)
def test_every_setting_says_what_it_means(field: attrs.Attribute[object]):
    assert re.fullmatch(r"[A-Z].{10,}\.", field.metadata["help"])


@pytest.mark.parametrize("field", SETTINGS)
def test_every_whole_number_has_a_unit_and_times_have_it_in_their_name(
    field: attrs.Attribute[object],
):
    unit = field.metadata["unit"]
    if type(field.default) is int:
        assert unit
    if unit == "ms":
        assert field.name.endswith("_ms")
    if field.name.endswith("_tokens"):
        assert unit == "tokens"


def test_every_setting_is_in_the_shipped_file():
    for parameter in SETTINGS:
        table, _, name = str(parameter.id).partition(".")
        assert re.search(rf"(?ms)^\[{table}\].*?^(# )?{name} = ", default_toml())
