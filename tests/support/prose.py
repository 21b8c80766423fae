"""What a person reads of fimls, as passages: documents, settings, commands, editors."""

from __future__ import annotations

import argparse
import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import attrs
from markdown_it import MarkdownIt

from fimls.settings import tables_of

ROOT = Path(__file__).parents[2]

CODE = "CODE"
"""What stands in a passage for a piece of code, which counts as one word."""


@dataclass(frozen=True)
class Passage:
    """A paragraph, a cell of a table, a heading, a text of the program: no sentence goes beyond it.

    Attributes:
        where: file, and line or name.
        text: without its markup; code is `CODE`.
    """

    where: str
    text: str

    @property
    def sentences(self) -> list[str]:
        """The text at its full stops; what ends without one is a list, with its semicolons."""
        ends = r"(?<=[.!?])[)\"”*]*\s+(?=[\"“(*]*[A-Z0-9`])|\n"
        if not re.search(r"[.:!?][)\"”*]*$", self.text):
            ends += r"|;\s"
        return [each for each in re.split(ends, self.text) if each]


def documents() -> list[Path]:
    """Return the Markdown files of the repository that are not data of tests."""
    folders = ("", "server", "editors", "editors/nvim", "editors/vscode", "editors/vscode/media")
    folders += ("configs/router", ".github")
    return sorted(path for folder in folders for path in (ROOT / folder).glob("*.md"))


def of_markdown(path: Path) -> Iterator[Passage]:
    """Yield a Markdown file's passages, without its blocks of code."""
    where = path.relative_to(ROOT)
    for token in MarkdownIt().enable("table").parse(path.read_text("utf-8")):
        if token.type != "inline" or token.map is None:
            continue
        text = "".join(
            CODE
            if each.type == "code_inline"
            else " "
            if each.type == "softbreak"
            else each.content
            for each in token.children or ()
            if each.type != "html_inline"
        )
        yield Passage(f"{where}:{token.map[0] + 1}", text)


def of_settings() -> Iterator[Passage]:
    """Yield what the settings mean, as their declarations say it."""
    for table, kind in tables_of().items():
        for name, field in attrs.fields_dict(kind).items():
            yield Passage(f"{table}.{name}", without_code(field.metadata["help"]))


def of_vscode_manifest() -> Iterator[Passage]:
    """Yield the texts of VS Code's manifest: all that have more than two words."""
    manifest = json.loads((ROOT / "editors/vscode/package.json").read_text("utf-8"))
    yield from _inside(manifest["description"], "description")
    yield from _inside(manifest["contributes"], "contributes")


def _inside(value: object, path: str) -> Iterator[Passage]:
    if isinstance(value, dict):
        for key, each in cast("dict[str, object]", value).items():
            yield from _inside(each, f"{path}.{key}")
    elif isinstance(value, list):
        for number, each in enumerate(cast("list[object]", value)):
            yield from _inside(each, f"{path}.{number}")
    elif isinstance(value, str) and value.count(" ") > 1:
        yield Passage(f"package.json {path}", without_code(value))


def of_vim_help() -> Iterator[Passage]:
    """Yield the paragraphs of Neovim's help, without its blocks of code."""
    path = ROOT / "editors/nvim/doc/fimls.txt"
    text = re.sub(r">\w*\n(?:[ \t].*\n|\n)*", "\n\n", path.read_text("utf-8"))
    for paragraph in re.split(
        r"\n\s*\n|\n(?=\S.*\*\w)|\n\s*- |\n(?= {4}`)|^[=-]+$", text, flags=re.MULTILINE
    ):
        passage = re.sub(r"\*\S+\*|\s+", " ", without_code(paragraph)).strip()
        if passage:
            yield Passage(f"fimls.txt: {passage[:30]}", passage)


def of_sources(folder: Path, suffix: str) -> Iterator[Passage]:
    """Yield the texts of a folder's Lua or TypeScript files that have several words."""
    for path in sorted(folder.rglob(f"*{suffix}")):
        comment = re.compile(r"^\s*(?://|--|\*|/\*).*$", re.MULTILINE)
        source = comment.sub("", path.read_text("utf-8"))
        for found in re.finditer(r"\"([^\"\n]+)\"|`([^`]+)`", source):
            text = found[1] or found[2]
            if re.search(r"[a-z] [a-z]+ [a-z]", text):
                yield Passage(
                    str(path.relative_to(ROOT)), without_code(re.sub(r"\$\{[^}]*\}", CODE, text))
                )


def of_commands() -> Iterator[Passage]:
    """Yield the help of the command line: texts of `help=` and `description=`."""
    for path in sorted((ROOT / "server/fimls/cli").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg in ("help", "description"):
                try:
                    text = ast.literal_eval(node.value)
                except ValueError:
                    continue
                if text is not argparse.SUPPRESS:
                    yield Passage(f"{path.name}:{node.value.lineno}", without_code(text))


def without_code(text: str) -> str:
    """Return the text with `CODE` for what stands between backticks."""
    return re.sub(r"`[^`]+`", CODE, text)


def everything() -> list[Passage]:
    """Return all passages."""
    return [
        *(each for path in documents() for each in of_markdown(path)),
        *of_settings(),
        *of_vscode_manifest(),
        *of_vim_help(),
        *of_sources(ROOT / "editors/nvim/lua", ".lua"),
        *of_sources(ROOT / "editors/vscode/src", ".ts"),
        *of_commands(),
    ]
