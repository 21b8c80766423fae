"""The composition root: a server from its parts, all of them explicit."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lsprotocol import types

from fimls.lsp.code_action import code_action, code_action_options
from fimls.lsp.code_action_resolve import code_action_resolve
from fimls.lsp.completion_menu import OPTIONS, menu_completion, menu_wanted
from fimls.lsp.configuration import Configuration
from fimls.lsp.configuration import user_file as default_user_file
from fimls.lsp.execute_command import COMMANDS
from fimls.lsp.handlers import FEATURES, NOTEBOOKS, initialize
from fimls.lsp.server import FimServer
from fimls.metrics import Meter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fimls.completion import CompletionService
    from fimls.lsp.completion_services import ServiceFactory
    from fimls.settings import Settings


def create_server(
    *,
    service_factory: ServiceFactory | None = None,
    user_file: Path | None = None,
    configuration: Configuration | None = None,
    clock: Callable[[], float] = time.monotonic,
    meter: Meter | None = None,
) -> FimServer:
    """Return a server for one editor that is ready to be connected to it.

    Args:
        service_factory: makes the completion service for settings; called in a worker thread,
            because its imports take a while. By default the engine is the settings'.
        user_file: the user's settings file; by default ``fimls.toml`` in the user's configuration
            folder.
        configuration: the settings and where they come from, instead of a user file.
        clock: seconds, for messages that are not repeated within a period.
        meter: is told what becomes of requests; by default nobody is.
    """
    server = FimServer(
        configuration=configuration or Configuration(user_file or default_user_file()),
        service_factory=service_factory or engine_service,
        clock=clock,
        meter=meter or Meter(),
        offer=_offer,
    )
    for method in _NOT_BY_PYGLS:
        server.protocol.fm.builtin_features.pop(method)  # pyright: ignore[reportUnknownMemberType]
    for method, handler, options in FEATURES:
        server.feature(method, options)(handler)
    return server


def engine_service(settings: Settings) -> CompletionService:
    """Return the completion service over the engine that the settings name."""
    from fimls.backend.chosen_engines import backend_for, engines_of
    from fimls.backend.factory import OF_ONE_EDITOR
    from fimls.completion import CompletionService

    backend = backend_for(settings, generations=OF_ONE_EDITOR)
    actions = None
    if engines_of(settings, "actions") != engines_of(settings, "completion"):
        actions = backend_for(settings, "actions", generations=OF_ONE_EDITOR)
    return CompletionService(backend=backend, actions=actions, settings=settings)


def _offer(ls: FimServer, params: types.InitializeParams) -> None:
    """Take a client's first message, and add what is only announced to some."""
    initialize(ls, params)
    # A workspace's file may change, and another folder come: what is announced stays.
    settings, can = ls.configuration.own, ls.features.edits
    if menu_wanted(params.capabilities, settings.completion):
        ls.feature(types.TEXT_DOCUMENT_COMPLETION, OPTIONS)(menu_completion)
    if settings.refactor.enabled and can.code_actions and (can.resolves or can.applies):
        options = code_action_options(ls)
        ls.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)(code_action)
        if can.resolves:
            ls.feature(types.CODE_ACTION_RESOLVE)(code_action_resolve)
    if settings.refactor.enabled and can.applies:
        for name, command in COMMANDS.items():
            ls.command(name)(command)
    if ls.syncs_notebooks and ls.features.notebooks:
        ls.announce_notebooks()
        for method, handler in NOTEBOOKS:
            ls.feature(method)(handler)


# pygls' own handlers of these would keep a second copy of every document, with lines that break
# at form feeds and positions that overshoot after astral characters, and one future for every
# change for ever. Notebooks nobody asked for it would keep too. That of commands does not pass a
# cancellation on to what it started.
_NOT_BY_PYGLS = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.WORKSPACE_EXECUTE_COMMAND,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS,
)
