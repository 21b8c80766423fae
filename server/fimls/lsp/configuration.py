"""The settings in force, from all the places they come from."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

import attrs
from platformdirs import user_config_path

from fimls.settings import Layer, Settings, resolve

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger(__name__)

SECTION = "fimls"
"""The name of our table where an editor keeps the settings of many tools together."""

WORKSPACE_FILE = ".fimls.toml"


def user_file() -> Path:
    """Return where the user's settings file is, if there is one."""
    return user_config_path("fimls") / "fimls.toml"


class Configuration:
    """Defaults < the user's file < the workspace's file < the editor; later ones win.

    Attributes:
        settings: the result. Values that cannot be used are left out of it, and
            `take_problems` says so.
    """

    def __init__(self, user_file: Path, *, of_hub: bool = False) -> None:
        """Start with the defaults; no file is read yet.

        Args:
            user_file: the settings file of whoever started the server.
            of_hub: the server is a hub, whose editors do not decide where text is sent, nor what
                it logs, nor how it is run.
        """
        self.settings = Settings()
        self._user_file = user_file
        self._of_hub = of_hub
        self._workspace_file: Path | None = None
        self._editor: object = None
        self._problems: list[str] = []
        self._said: set[str] = set()

    def start(self, options: object, workspace: Path | None) -> None:
        """Read everything; `options` are the editor's initialization options, of any type."""
        self._workspace_file = workspace / WORKSPACE_FILE if workspace else None
        self.set_editor(options)

    def set_editor(self, values: object) -> None:
        """Replace the editor's layer, and read the files again."""
        self._editor = values
        self.reread()

    def reread(self) -> None:
        """Read the files again, below what the editor said last."""
        problems: list[str] = []
        layers = [self._file_layer(self._user_file, problems, trusted=True)]
        if self._workspace_file is not None:
            layers.append(self._file_layer(self._workspace_file, problems, trusted=False))
        layers.append(_editor_layer(self._editor, problems, of_hub=self._of_hub))
        self.settings, found = resolve(layers)
        self._problems += [*problems, *found]

    def note(self, problems: Iterable[str]) -> None:
        """Take note of problems that came up where the settings were used."""
        self._problems += problems

    def take_problems(self) -> list[str]:
        """Return the problems that were not returned before."""
        fresh = [p for p in dict.fromkeys(self._problems) if p not in self._said]
        self._problems.clear()
        self._said.update(fresh)
        return fresh

    def _file_layer(self, file: Path, problems: list[str], *, trusted: bool) -> Layer:
        values: dict[str, Any] = {}
        try:
            text = file.read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            text = ""
        except (OSError, ValueError):  # not text, or no possible path
            text = ""
            problems.append(f"{file} cannot be read; its settings are not used.")
        if text:
            import tomllib  # most starts find no file

            try:
                values = tomllib.loads(text)
            except tomllib.TOMLDecodeError as error:
                problems.append(f"{file} is not TOML ({error}); its settings are not used.")
        return Layer(name=str(file), values=values, trusted=trusted)


def carried(values: object) -> bool:
    """Whether ``didChangeConfiguration`` brings our settings.

    Some editors only say that something changed, some send the settings of every tool they know.
    """
    if not isinstance(values, Mapping):
        return False
    ours = {SECTION, *(table.name for table in attrs.fields(Settings))}
    return not ours.isdisjoint(cast("Mapping[str, Any]", values))


def _editor_layer(values: object, problems: list[str], *, of_hub: bool) -> Layer:
    if isinstance(values, Mapping):
        table = cast("Mapping[str, Any]", values)
        values = table.get(SECTION, table)
    # Lua has one empty table, which Neovim may send as [].
    if not isinstance(values, Mapping):
        if values not in (None, []):
            problems.append("The editor's settings for fimls must be a table; they are not used.")
        values = {}
    tables = dict(cast("Mapping[str, Any]", values))
    if of_hub:
        # The token was read when the editor came in; how one's own server logs is no matter here.
        tables = {name: table for name, table in tables.items() if name not in ("hub", "log")}
    return Layer(
        name="editor settings",
        values=tables,
        trusted=not of_hub,
        because="the hub decides where text is sent",
    )
