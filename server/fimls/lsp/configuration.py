"""The settings in force, from all the places they come from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import attrs
from platformdirs import user_config_path

from fimls.logs.redaction import hide_in
from fimls.lsp.json_size import is_within
from fimls.lsp.workspace_folders import MOST_FOLDERS, folder_of
from fimls.settings import Layer, Settings, Source, resolve
from fimls.settings.file import SettingsFileError, read_settings_file

SECTION = "fimls"
"""The name of our table where an editor keeps the settings of many tools together."""

WORKSPACE_FILE = ".fimls.toml"

MOST_SETTINGS = 2**16
"""Values and characters of what an editor says: reading them takes a moment of the event loop."""

_MOST_SAID = 1_000
"""Problems that are remembered as told."""


def user_file() -> Path:
    """Return where the user's settings file is, if there is one."""
    return user_config_path("fimls") / "fimls.toml"


_UNSET = "unset"
"""Where an editor names settings that it sent before and that are not set any more."""


class Configuration:
    """Defaults < the user's file < the editor; a workspace's file narrows what these say.

    What the editor says later lies over what it said when it started the server: a message that
    has nothing of ours, or null for it, takes nothing back; `unset` names settings that are not set
    any more (``["completion.maxLines"]``). A workspace of several folders has settings for each.

    Attributes:
        own: what the user and the editor say, without any workspace.
        settings: those of the first folder, or of none. Values that cannot be used are left out,
            and `take_problems` says so.
        folders: the workspace's folders on this machine.
    """

    def __init__(self, user: Path | Callable[[], Layer], *, of_hub: bool = False) -> None:
        """Start with the defaults; no file is read yet.

        Args:
            user: the settings file of whoever started the server, or what returns its layer where
                somebody else reads it.
            of_hub: the server is a hub, whose editors do not decide where text is sent, nor what
                it logs, nor how it is run; what is wrong with its file is not told to them.
        """
        self.own = self.settings = Settings()
        self.folders: tuple[Path, ...] = ()
        self._user = user
        self._of_hub = of_hub
        self._options: Mapping[str, Any] = {}
        self._editor: Mapping[str, Any] = {}
        self._unset: set[str] = set()
        self._of_folder: dict[Path, Settings] = {}
        self._problems: list[str] = []
        self._said: set[str] = set()

    @property
    def of_hub(self) -> bool:
        """Whether the server is a hub, whose editors do not decide where text is sent."""
        return self._of_hub

    def start(self, options: object, folders: Sequence[Path] | None = None) -> None:
        """Read everything; `options` are the editor's initialization options, of any type."""
        self._options = _without(self._tables(options) or {}, {_UNSET})
        self._editor, self._unset = {}, set()
        self.set_folders(folders or ())

    def set_editor(self, values: object) -> None:
        """Take what the editor says now in place of what it said since the start."""
        tables = self._tables(values)
        if tables is not None:
            unset = tables.get(_UNSET)
            names = cast("list[object]", unset) if isinstance(unset, list) else []
            self._unset = {name for name in names if isinstance(name, str)}
            self._editor = _without(tables, {_UNSET})
            self.reread()

    def set_folders(self, folders: Iterable[Path]) -> None:
        """Take the workspace's folders, and read all files again."""
        self.folders = tuple(dict.fromkeys(folders))[:MOST_FOLDERS]
        self.reread()

    def reread(self) -> None:
        """Read the files again, and lay over them what the editor said last."""
        user = self._user() if callable(self._user) else self._file_layer(self._user, "own")
        layers = [user, self._editor_layer(_without(self._options, self._unset))]
        layers.append(self._editor_layer(self._editor))
        self._of_folder = {
            folder: self._resolved(
                [*layers, self._file_layer(folder / WORKSPACE_FILE, "workspace")]
            )
            for folder in self.folders
        }
        self.own = self._resolved(layers)
        self.settings = next(iter(self._of_folder.values()), self.own)

    def of(self, uri: str) -> Settings:
        """Return the settings for a document: the folder that it is in may narrow them."""
        folder = self.folder_of(uri)
        return self.settings if folder is None else self._of_folder[folder]

    def folder_of(self, uri: str) -> Path | None:
        """Return the workspace's folder that a document belongs to."""
        return folder_of(uri, self.folders)

    def each(self) -> dict[Path | None, Settings]:
        """Return the settings of every folder, the first one first, or the only ones there are."""
        return {**self._of_folder} if self._of_folder else {None: self.settings}

    def note(self, problems: Iterable[str]) -> None:
        """Take note of problems that came up where the settings were used."""
        self._problems += problems

    def take_problems(self) -> list[str]:
        """Return the problems that were not returned before."""
        fresh = [p for p in dict.fromkeys(self._problems) if p not in self._said]
        self._problems.clear()
        if len(self._said) > _MOST_SAID:
            self._said.clear()
        self._said.update(fresh)
        return fresh

    def _resolved(self, layers: Sequence[Layer]) -> Settings:
        for layer in layers:
            hide_in(layer.values)
        settings, problems = resolve(layers)
        if self._of_hub:  # who runs the hub reads in its log what is wrong with its file
            not_theirs = resolve(layers[:1])[1]
            problems = [each for each in problems if each not in not_theirs]
        self._problems += problems
        return settings

    def _file_layer(self, file: Path, source: Source) -> Layer:
        values: Mapping[str, Any] = {}
        try:
            values = read_settings_file(file) or {}
        except SettingsFileError as error:
            if source != "own" or not self._of_hub:
                self._problems.append(f"{error}; correct it: until then its settings are not used.")
        return Layer(name=str(file), values=values, source=source)

    def _editor_layer(self, tables: Mapping[str, Any]) -> Layer:
        if not self._of_hub:
            return Layer(name="editor settings", values=tables)
        # The token was read when the editor came in; how one's own server logs is no matter here.
        theirs = {name: table for name, table in tables.items() if name not in ("hub", "log")}
        return Layer(name="editor settings", values=theirs, source="at_hub")

    def _tables(self, values: object) -> Mapping[str, Any] | None:
        """Return what an editor sent for fimls as tables, or None if it is nothing of the kind."""
        if isinstance(values, Mapping):
            table = cast("Mapping[str, Any]", values)
            values = table.get(SECTION, table)
        # Lua has one empty table, which Neovim may send as [].
        if values in (None, []):
            return {}
        if not is_within(values, MOST_SETTINGS):
            self._problems.append(
                "The editor's settings for fimls are too large, and are not used: send fewer."
            )
            return None
        if isinstance(values, Mapping):
            tables = cast("Mapping[str, Any]", values).items()
            return {name: _said(table) for name, table in tables if table not in (None, [])}
        self._problems.append("The editor's settings for fimls must be a table; they are not used.")
        return None


def _said(table: object) -> object:
    """Return a table without null: many clients send that for what nobody set."""
    if not isinstance(table, Mapping):
        return table
    values = cast("Mapping[str, Any]", table).items()
    return {key: value for key, value in values if value is not None}


def _without(tables: Mapping[str, Any], unset: Collection[str]) -> dict[str, Any]:
    """Return tables without the settings that are not set any more."""
    kept: dict[str, Any] = {}
    for name, table in tables.items():
        if isinstance(table, Mapping):
            values = cast("Mapping[str, Any]", table).items()
            kept[name] = {key: value for key, value in values if f"{name}.{key}" not in unset}
        elif name not in unset:
            kept[name] = table
    return kept


def carried(values: object) -> bool:
    """Whether ``didChangeConfiguration`` brings our settings.

    Some editors only say that something changed, some send the settings of every tool they know.
    """
    if not isinstance(values, Mapping):
        return False
    ours = {SECTION, *(table.name for table in attrs.fields(Settings))}
    return not ours.isdisjoint(cast("Mapping[str, Any]", values))
