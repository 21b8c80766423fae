"""What the documents name is there: paths, settings, commands with their flags."""

from __future__ import annotations

import argparse
import re
import subprocess
from importlib import import_module
from pathlib import Path, PurePosixPath

import attrs
import pytest

from fimls.cli import COMMANDS
from fimls.settings import tables_of
from support.prose import ROOT, documents

MADE_LATER = {"dist/", ".venv/bin/pip", ".venv/bin/fimls", "install.py", ".vscode/settings.json"}
"""What a user or a command makes."""

_PATH = re.compile(
    r"(?:^|(?<=\s))([\w.-]+(?:/[\w.-]+)+/?|[\w-]+\.(?:py|lua|ts|toml|md|sh|yml|json|el|vim)|[\w.-]+/)"
    r"(?=$|[\s,;:)])"
)
_METHOD = re.compile(r"(?:textDocument|fimls|workspace|codeAction)/\w+")


@pytest.fixture(scope="module")
def tree() -> set[str]:
    """Every way to name a file or a folder of the repository by the end of its path."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found: set[str] = set()
    for line in listed.stdout.splitlines():
        path = PurePosixPath(line)
        for each in (path, *path.parents):
            found |= {"/".join(each.parts[start:]) for start in range(len(each.parts))}
    return found


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_path_that_a_document_names_is_in_the_tree(path: Path, tree: set[str]):
    text = path.read_text("utf-8")
    codes = re.findall(r"`([^`\n]+)`", text)
    codes += re.findall(r"(?:python|bash) ((?:tests|configs)/[\w/.-]+)", text)
    named = {each for code in codes for each in _PATH.findall(code)} - MADE_LATER
    missing = {each for each in named if each.rstrip("/.") not in tree and not _METHOD.match(each)}
    assert not missing


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_setting_that_a_document_names_is_one(path: Path):
    kinds = {
        "extract",
        "inline",
        "rewrite",
        "tests",
        "explain",
    }  # of code actions: refactor.extract
    for table, name in re.findall(r"`(\w+)\.(\w+)(?: = [^`\n]*)?`", path.read_text("utf-8")):
        fields = tables_of().get(table)
        if fields is not None and name not in kinds:
            assert name in attrs.fields_dict(fields), f"{table}.{name}"


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_command_that_a_document_names_takes_the_flags_that_it_has_there(path: Path):
    parser = argparse.ArgumentParser("fimls")
    subparsers = parser.add_subparsers()
    for name in COMMANDS:
        import_module(f"fimls.cli.{name.replace('-', '_')}").register(subparsers)
    for line in re.findall(
        r"`fimls ([a-z][^`]+)`|bin/fimls ([a-z][^`\n]*)", path.read_text("utf-8")
    ):
        command, *rest = re.split(r" -- | \| | && |;|#", "".join(line))[0].split()
        if command not in COMMANDS:
            assert "".join(line).startswith("is writing"), line
            continue
        assert {each.rstrip(".,:)").partition("=")[0] for each in rest if each[:2] == "--"} <= {
            flag for each in _with_its_own(subparsers.choices[command]) for flag in each
        }, line


def _with_its_own(parser: argparse.ArgumentParser) -> list[list[str]]:
    """Return the flags of a command and of its subcommands."""
    found: list[list[str]] = []
    for action in parser._actions:  # argparse lists them nowhere else
        found.append(list(action.option_strings))
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                found += _with_its_own(each)
    return found
