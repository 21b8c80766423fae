"""What a graphical Neovim would show, drawn into a picture.

The editor tells an attached user interface what stands in which cell (``:help ui-linegrid``).
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont

from support.neovim import Neovim

FONT = Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSansMono.ttf"
SIZE = 18

_DRAWN = {"\u2705": "\u2713", "\u274c": "\u2717"}
"""What a terminal takes from a font of emoji -> what this font has."""


class Screen:
    """The cells of one grid: attach it, let the editor work, then `update`."""

    def __init__(self, editor: Neovim, columns: int = 72, rows: int = 22) -> None:
        self._api = editor.api
        self._cells = [[(" ", 0)] * columns for _ in range(rows)]
        self._styles: defaultdict[int, dict[str, Any]] = defaultdict(dict)
        self._colors = {"foreground": 0, "background": 0xFFFFFF}
        self._cursor = (0, 0)
        editor.api.ui_attach(columns, rows, rgb=True, ext_linegrid=True)

    def update(self) -> None:
        """Take in everything that the editor has drawn so far."""
        channel = self._api.channel_id
        self._api.exec_lua("vim.cmd.redraw(); vim.rpcnotify(..., 'drawn')", channel)
        while self._take() != "drawn":
            pass

    def find(self, text: str) -> str:
        """Take in what the editor draws until a line has this text; returns that line.

        This also works while the editor waits for an answer, and does nothing else.
        """
        rows = range(len(self._cells))
        while not (found := [line for line in map(self.text, rows) if text in line]):
            self._take()
        return found[0]

    def text(self, row: int) -> str:
        """Return a line, from 0, without the blanks at its end."""
        return "".join(character for character, _ in self._cells[row]).rstrip()

    def color(self, row: int, column: int) -> int:
        """Return the colour of a cell's character, as 0xRRGGBB."""
        style = self._styles[self._cells[row][column][1]]
        return style.get("foreground", self._colors["foreground"])

    def save(self, file: Path) -> None:
        """Draw it into a PNG file."""
        font = ImageFont.truetype(str(FONT), SIZE)
        width, height = round(font.getlength("M")), SIZE + 6
        size = (width * len(self._cells[0]), height * len(self._cells))
        picture = Image.new("RGB", size, _rgb(self._colors["background"]))
        draw = ImageDraw.Draw(picture)
        for row, cells in enumerate(self._cells):
            for column, (character, style) in enumerate(cells):
                left, top = column * width, row * height
                fore, back = self._pair(style)
                if (row, column) == self._cursor:  # a bar, as in insert mode
                    draw.rectangle((left, top, left + 2, top + height), _rgb(fore))
                elif back != self._colors["background"]:
                    draw.rectangle((left, top, left + width - 1, top + height - 1), _rgb(back))
                draw.text((left, top + 1), _DRAWN.get(character, character), _rgb(fore), font)
        picture.quantize(64).save(file, optimize=True)

    def _take(self) -> str:
        """Take in one message; returns its name."""
        _, name, events = self._api.next_message()
        for event, *calls in events if name == "redraw" else ():
            for arguments in calls:
                getattr(self, f"_{event}", lambda *_: None)(*arguments)
        return name

    def _pair(self, style: int) -> tuple[int, int]:
        colors = self._colors | self._styles[style]
        pair = colors["foreground"], colors["background"]
        return pair[::-1] if colors.get("reverse") else pair

    def _default_colors_set(self, foreground: int, background: int, *_: Any) -> None:
        self._colors = {"foreground": foreground, "background": background}

    def _hl_attr_define(self, style: int, attributes: dict[str, Any], *_: Any) -> None:
        self._styles[style] = attributes

    def _grid_resize(self, _: int, columns: int, rows: int) -> None:
        self._cells = [[(" ", 0)] * columns for _ in range(rows)]

    def _grid_clear(self, _: int) -> None:
        self._grid_resize(0, len(self._cells[0]), len(self._cells))

    def _grid_cursor_goto(self, _: int, row: int, column: int) -> None:
        self._cursor = (row, column)

    def _grid_line(self, _: int, row: int, column: int, cells: list[Any], *__: Any) -> None:
        style = 0
        for character, *more in cells:
            style = more[0] if more else style
            for _ in range(more[1] if len(more) > 1 else 1):
                self._cells[row][column] = (character, style)
                column += 1

    def _grid_scroll(
        self, _: int, top: int, bottom: int, left: int, right: int, rows: int, *__: Any
    ) -> None:
        old = [line[:] for line in self._cells]
        for row in range(max(top, top - rows), min(bottom, bottom - rows)):
            self._cells[row][left:right] = old[row + rows][left:right]


def _rgb(color: int) -> tuple[int, int, int]:
    return color >> 16, color >> 8 & 255, color & 255
