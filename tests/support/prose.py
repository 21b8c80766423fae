"""What a person reads of fimls, as passages: documents, settings, commands, editors."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import cast

import attrs
import yaml
from markdown_it import MarkdownIt

from fimls.cli import COMMANDS
from fimls.engine.training.card import card
from fimls.engine.training.corpus import Source
from fimls.metrics.prometheus import PrometheusMetrics
from fimls.metrics.status_page import status_page
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
    folders += ("configs/router", ".github", "server/fimls/engine/embedded")
    return sorted(path for folder in folders for path in (ROOT / folder).glob("*.md"))


def of_markdown(path: Path) -> Iterator[Passage]:
    """Yield a Markdown file's passages, without its blocks of code."""
    yield from _of_markdown(path.read_text("utf-8"), str(path.relative_to(ROOT)))


def of_model_card() -> Iterator[Passage]:
    """Yield the card that the next training would write."""
    share = {"percent": 3.5, "low": 1.7, "high": 7.0, "rows": 200}
    figures = {
        "parameters": 4_491_712,
        "trained": {"steps": 2_312, "tokens": 9_773_104, "minutes": 78.0},
        "held_out": {"nats_a_token": 2.334, "bits_a_byte": 1.049},
        "exact_match": {"word start": share},
        "exact_match_whole": {"word start": share},
        "exact_match_ngram": {"word start": share},
    }
    source = Source(name="attrs 25.4", licence="MIT", training=["x = 1\n"], held_out=[])
    text = card(figures, [source], [("x = ", "1", "\n")], vocabulary=4_096)
    yield from _of_markdown(text, "card.py")


def of_status_page() -> Iterator[Passage]:
    """Yield the texts of a hub's status page."""
    user = PrometheusMetrics().user("ann")
    page = status_page("fimls hub", [user], (), since=datetime.now(UTC))
    for text in re.findall(r">([^<>{}]+)<", re.sub(r"(?s)<style>.*?</style>", "", page)):
        yield Passage("status page", " ".join(unescape(text).split()))


def of_dashboards() -> Iterator[Passage]:
    """Yield the texts of the dashboard and the alerts."""
    configs = ROOT / "configs"
    board = json.loads((configs / "grafana/fimls-hub.json").read_text("utf-8"))
    yield from _inside(board["panels"], "grafana")
    alerts = yaml.safe_load((configs / "prometheus/alerts.yml").read_text("utf-8"))
    for rule in alerts["groups"][0]["rules"]:
        for text in rule["annotations"].values():
            yield Passage(f"alert {rule['alert']}", without_code(text))


def _of_markdown(text: str, where: str) -> Iterator[Passage]:
    for token in MarkdownIt().enable("table").parse(text):
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
    """Yield the texts of VS Code's manifest, those of its settings and its walkthrough included."""
    manifest = json.loads((ROOT / "editors/vscode/package.json").read_text("utf-8"))
    yield from _inside(manifest, "package.json")


_TEXTS = {"description", "markdownDescription", "title", "label"}
"""Fields that people read."""


def _inside(value: object, path: str) -> Iterator[Passage]:
    if isinstance(value, dict):
        for key, each in cast("dict[str, object]", value).items():
            yield from _inside(each, f"{path}.{key}")
    elif isinstance(value, list):
        for number, each in enumerate(cast("list[object]", value)):
            yield from _inside(each, f"{path}.{number}")
    elif isinstance(value, str) and path.rpartition(".")[2] in _TEXTS:
        yield Passage(path, without_code(value))


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
                text = "".join(
                    str(each.value) if isinstance(each, ast.Constant) else CODE
                    for each in getattr(node.value, "values", [node.value])
                )
                yield Passage(f"{path.name}:{node.value.lineno}", without_code(text))
    for name, text in COMMANDS.items():
        yield Passage(f"fimls {name}", without_code(text))


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
        *of_model_card(),
        *of_status_page(),
        *of_dashboards(),
        *of_sources(ROOT / "editors/nvim/lua", ".lua"),
        *of_sources(ROOT / "editors/vscode/src", ".ts"),
        *of_commands(),
    ]
