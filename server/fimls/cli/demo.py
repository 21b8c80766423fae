"""``fimls demo``: a short typing session through the real server and engine, in the terminal."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from fimls.cli import Subparsers
from fimls.errors import FimlsError
from fimls.printable import printable
from fimls.text import Point

if TYPE_CHECKING:
    from fimls.lsp.editor_client import EditorClient, Shown

OPENED = '''"""A shelf of books."""


class Shelf:
    def __init__(self, owner, books):
        self.owner = owner
        self.books = books


'''
"""The document as it is opened; what is typed goes to its end."""

TYPED = (
    "def select(items):\n    result = []\n    for ",
    "item ",
    "in ",
    "items:\n        res",
    "ult.",
    "append(",
    "item)\n    ret",
    "urn ",
)
"""What is typed; a completion is asked for after each piece."""


def register(subparsers: Subparsers) -> None:
    """Add the command line of this command."""
    parser = subparsers.add_parser(
        "demo", help="start engine and server, type a little, show the suggestions"
    )
    parser.add_argument("--preset", default="embedded", help="engine preset (default: embedded)")
    parser.add_argument("--url", help="use the SGLang engine at this address instead")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Play the session; fails when no completion came at all."""
    console = Console(markup=False, highlight=False)
    with ExitStack() as stack:
        url = args.url
        if url is None:
            from fimls.cli.engine import start_engine

            url = stack.enter_context(start_engine(args.preset)).url
        # Each is asked of the engine, to show what that costs.
        completion = {"max_lines": 1, "reuse": False}
        rows = asyncio.run(_play(console, {"engine": {"url": url}, "completion": completion}))
    console.print(_table(rows))
    if not any(shown for _, shown in rows):
        raise FimlsError("The engine answered no request with a suggestion: try `fimls doctor`.")
    return 0


async def _play(console: Console, options: Mapping[str, Any]) -> list[tuple[str, Shown | None]]:
    from fimls.lsp.editor_client import EditorClient

    rows: list[tuple[str, Shown | None]] = []
    async with EditorClient.start(options) as editor:
        lines = OPENED.count("\n")
        editor.open("file:///basket.py", "python", OPENED, Point(lines, 0))
        console.print(OPENED, style="dim", end="")
        for piece in TYPED:
            for key in piece:
                editor.type(key)
            shown = await editor.complete()
            line = editor.text.lines[editor.cursor.line]
            rows.append((line, shown))
            console.print(_ghost(editor, shown))
            while editor.messages:
                console.print(printable(editor.messages.popleft()), style="yellow")
    return rows


def _ghost(editor: EditorClient, shown: Shown | None) -> Styled:
    """The cursor's line as the editor shows it: typed text, then the completion in grey."""
    text = Styled(editor.text.lines[editor.cursor.line][: editor.cursor.column])
    text.append("│", style="bold cyan")
    return text.append(shown.text if shown else "", style="italic bright_black")


def _table(rows: list[tuple[str, Shown | None]]) -> Table:
    table = Table(title="What each suggestion cost", title_justify="left", expand=True)
    table.add_column("typed", overflow="ellipsis", no_wrap=True, ratio=1)
    table.add_column("suggestion", overflow="ellipsis", no_wrap=True, ratio=1)
    for heading in ("first token", "all", "cached/prompt"):
        table.add_column(heading, justify="right", no_wrap=True)
    for line, shown in rows:
        if shown is None:
            table.add_row(line.strip(), "(none)", "", "", "")
            continue
        usage = shown.usage
        table.add_row(
            line.strip(),
            shown.text.replace("\n", "⏎"),
            f"{usage['firstTokenMs']:.0f} ms",
            f"{usage['totalMs']:.0f} ms",
            f"{usage['cachedTokens']}/{usage['promptTokens']}",
        )
    return table
