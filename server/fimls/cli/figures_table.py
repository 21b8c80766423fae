"""A table of figures for a terminal: what they are of on the left, figures on the right."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table


def figures_table(
    title: str, names: Sequence[str], figures: Sequence[str], *, narrow: bool = False
) -> Table:
    """Return an empty table.

    Args:
        title: stands above it.
        names: headings of the columns that say what a row is of.
        figures: headings of the columns of figures.
        narrow: without lines between columns, for tables that would not fit 80 otherwise.
    """
    table = Table(title=title, title_justify="left")
    if narrow:
        table.box, table.padding = SIMPLE_HEAD, (0, 1, 0, 0)
    for heading in names:
        table.add_column(heading, no_wrap=True)
    for heading in figures:
        table.add_column(heading, justify="right", no_wrap=True)
    return table
