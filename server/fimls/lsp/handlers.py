"""What the server answers to: LSP method -> handler. A handler parses, delegates and returns."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from fimls.completion.eligibility import unwanted
from fimls.context.languages import INDEXED
from fimls.logs import set_level
from fimls.lsp.acceptance_statistics import STATISTICS_REQUEST
from fimls.lsp.capabilities import ClientFeatures
from fimls.lsp.configuration import SECTION, WORKSPACE_FILE, carried, user_file
from fimls.lsp.context import CONTEXT_NOTIFICATION, given
from fimls.lsp.execute_command import execute_command
from fimls.lsp.inline_completion import inline_completion
from fimls.lsp.rename_provider import RENAME_PROVIDER_NOTIFICATION, did_find_rename_provider
from fimls.lsp.shown_prompt import PROMPT_REQUEST, prompt
from fimls.lsp.warm_up import MOVED_NOTIFICATION, moved
from fimls.lsp.workspace_folders import folders_of, path_of, paths_of
from fimls.refactor.registry import actions_for

if TYPE_CHECKING:
    from pathlib import Path

    from fimls.lsp.server import FimServer
    from fimls.refactor import Action
    from fimls.text import Point

_MOST_UPDATES = 50
"""Changed files that are indexed one by one; more are looked for by the process that does it."""

logger = logging.getLogger(__name__)


def initialize(ls: FimServer, params: types.InitializeParams) -> None:
    """Resolve once what the client can do and what it wants; pygls answers."""
    ls.features = ClientFeatures.resolve(params.capabilities)
    if params.process_id is not None and ls.shares_disk:
        ls.end_with(params.process_id)
    # A folder of that name on this disk is not the workspace of an editor elsewhere.
    folders = folders_of(params) if ls.shares_disk else []
    ls.configuration.start(params.initialization_options, folders)
    # pygls would keep a workspace of its own, and fail at URIs that `urllib` refuses.
    params.root_uri = params.root_path = params.workspace_folders = None
    _apply_settings(ls)


def initialized(ls: FimServer, params: types.InitializedParams) -> None:
    """Say what is wrong with the settings, and get to know the engine."""
    _say_problems(ls)
    ls.spawn(ls.prepare())
    if ls.shares_disk and ls.features.watches_files:
        ls.spawn(_watch_files(ls))


def did_change_configuration(ls: FimServer, params: types.DidChangeConfigurationParams) -> None:
    """Take the editor's settings, or ask for them where the editor only says that they changed."""
    if carried(params.settings):
        _set_editor_settings(ls, params.settings)
    elif ls.features.pulls_configuration:
        ls.spawn(_pull_settings(ls))


def did_change_workspace_folders(
    ls: FimServer, params: types.DidChangeWorkspaceFoldersParams
) -> None:
    """Take the workspace's folders as they are now, and read the settings files in them."""
    if ls.shares_disk:
        removed = paths_of(folder.uri for folder in params.event.removed)
        added = paths_of(folder.uri for folder in params.event.added)
        left = [each for each in ls.configuration.folders if each not in removed]
        ls.configuration.set_folders([*left, *added])
        _settings_changed(ls)


def did_change_watched_files(ls: FimServer, params: types.DidChangeWatchedFilesParams) -> None:
    """Read the settings files again if one of them changed, and index what did."""
    if ls.shares_disk and any(_is_settings_file(change.uri) for change in params.changes):
        reread_settings(ls)
    if len(params.changes) <= _MOST_UPDATES:
        for change in params.changes:
            ls.context.looking.update(change.uri)
        return
    # Another branch, or the like.
    for root in {ls.context.looking.root_of(change.uri) for change in params.changes}:
        if root is not None:
            ls.indexing.again(root, ls.configuration.of(root.as_uri()))


def did_save(ls: FimServer, params: types.DidSaveTextDocumentParams) -> None:
    """Take what was saved into the index, or read settings: not every editor watches files."""
    if ls.shares_disk and _is_settings_file(params.text_document.uri):
        reread_settings(ls)
    ls.context.looking.update(params.text_document.uri)


def did_open(ls: FimServer, params: types.DidOpenTextDocumentParams) -> None:
    """Keep a document; its beginning is part of every prompt in it."""
    ls.documents.open(params.text_document)
    _warm_up(ls, params.text_document.uri, None)
    if (root := ls.context.looking.root_of(params.text_document.uri)) is not None:
        ls.indexing.want(root, ls.configuration.of(params.text_document.uri))


def did_change(ls: FimServer, params: types.DidChangeTextDocumentParams) -> None:
    """Edit a document; what was to be read ahead is outdated."""
    ls.warm_up.stop()
    before = ls.documents.get(params.text_document.uri)
    ls.documents.change(params.text_document, params.content_changes, ls.features.encoding)
    document = ls.documents.get(params.text_document.uri)
    if document is not None:
        ls.statistics.changed(document)
        ls.context.changed(before, document)


def did_close(ls: FimServer, params: types.DidCloseTextDocumentParams) -> None:
    """Forget a document."""
    ls.warm_up.stop()
    ls.documents.close(params.text_document.uri)
    ls.statistics.closed(params.text_document.uri)
    ls.trees.forget(params.text_document.uri)
    ls.renamed_elsewhere.discard(params.text_document.uri)
    ls.context.forget(params.text_document.uri)
    ls.services.forget(params.text_document.uri)


def did_open_notebook(ls: FimServer, params: types.DidOpenNotebookDocumentParams) -> None:
    """Keep the cells of a notebook."""
    ls.notebooks.open(params)


def did_change_notebook(ls: FimServer, params: types.DidChangeNotebookDocumentParams) -> None:
    """Edit cells, add some or take some away."""
    ls.warm_up.stop()
    ls.notebooks.change(params, ls.features.encoding)


def did_close_notebook(ls: FimServer, params: types.DidCloseNotebookDocumentParams) -> None:
    """Forget the cells of a notebook."""
    ls.notebooks.close(params)
    for item in params.cell_text_documents:
        ls.services.forget(item.uri)


def did_move_cursor(ls: FimServer, params: object) -> None:
    """Read ahead for the place where the cursor rests."""
    uri, line, character = moved(params)
    document = ls.documents.get(uri)
    if document is not None:
        cursor = document.text.point(line, character, ls.features.encoding)
        ls.status.at(unwanted(document, cursor.line, ls.configuration.of(uri).completion))
        _warm_up(ls, uri, cursor)
        around = ls.notebooks.around(document)
        ls.context.rests(around.whole, around.point(cursor))


def context(ls: FimServer, params: object) -> None:
    """Take what the editor's side found in its files: nothing is looked for here any more."""
    uri, line, character, snippets = given(params)
    document = ls.documents.get(uri)
    if document is not None:
        cursor = document.text.point(line, character, ls.features.encoding)
        ls.context.take(document, cursor, snippets)


def statistics(ls: FimServer, params: object) -> dict[str, Any]:
    """Answer what became of the suggestions so far."""
    return ls.statistics.report()


FEATURES = (
    (types.INITIALIZED, initialized, None),
    (types.WORKSPACE_DID_CHANGE_CONFIGURATION, did_change_configuration, None),
    (types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, did_change_workspace_folders, None),
    (types.WORKSPACE_DID_CHANGE_WATCHED_FILES, did_change_watched_files, None),
    (types.TEXT_DOCUMENT_DID_SAVE, did_save, None),
    (types.TEXT_DOCUMENT_DID_OPEN, did_open, None),
    (types.TEXT_DOCUMENT_DID_CHANGE, did_change, None),
    (types.TEXT_DOCUMENT_DID_CLOSE, did_close, None),
    (MOVED_NOTIFICATION, did_move_cursor, None),
    (CONTEXT_NOTIFICATION, context, None),
    (RENAME_PROVIDER_NOTIFICATION, did_find_rename_provider, None),
    (STATISTICS_REQUEST, statistics, None),
    (types.WORKSPACE_EXECUTE_COMMAND, execute_command, None),
    (PROMPT_REQUEST, prompt, None),
    # pygls does not announce inline completion without options.
    (
        types.TEXT_DOCUMENT_INLINE_COMPLETION,
        inline_completion,
        types.InlineCompletionOptions(),
    ),
)
"""Every method that pygls does not answer alone: method, handler, options to announce."""


NOTEBOOKS = (
    (types.NOTEBOOK_DOCUMENT_DID_OPEN, did_open_notebook),
    (types.NOTEBOOK_DOCUMENT_DID_CHANGE, did_change_notebook),
    (types.NOTEBOOK_DOCUMENT_DID_CLOSE, did_close_notebook),
)
"""What editors that know notebooks say of them; others open their cells as documents."""


def _warm_up(ls: FimServer, uri: str, cursor: Point | None) -> None:
    prompt = ls.configuration.of(uri).prompt
    document = ls.documents.get(uri)
    if prompt.warm_up and document is not None:
        around = ls.notebooks.around(document)
        place = around.point(cursor) if cursor is not None else None
        ls.warm_up.soon(around.whole, place, delay_s=prompt.warm_up_delay_ms / 1_000)


def _is_settings_file(uri: str) -> bool:
    path = path_of(uri)
    return path is not None and path.name in (WORKSPACE_FILE, user_file().name)


def reread_settings(ls: FimServer) -> None:
    """Read the settings files again."""
    ls.configuration.reread()
    _settings_changed(ls)


def _set_editor_settings(ls: FimServer, values: object) -> None:
    ls.configuration.set_editor(values)
    _settings_changed(ls)


def _settings_changed(ls: FimServer) -> None:
    changed = _apply_settings(ls)
    _say_problems(ls)
    if changed:
        logger.info("The settings changed.")
        ls.status.forget()
        ls.spawn(ls.prepare())


def _apply_settings(ls: FimServer) -> bool:
    set_level(ls.configuration.settings.log.level)
    actions: dict[Path | None, tuple[Action, ...]] = {}
    for folder, settings in ls.configuration.each().items():
        actions[folder], problems = actions_for(settings.refactor)
        ls.configuration.note(problems)
    ls.actions = actions
    return ls.services.use(ls.configuration.each().values())


def _say_problems(ls: FimServer) -> None:
    problems = ls.configuration.take_problems()
    for problem in problems:
        logger.warning("%s", problem)
    if problems:
        ls.warn("fimls: " + "\n".join(problems))


async def _pull_settings(ls: FimServer) -> None:
    item = types.ConfigurationItem(section=SECTION)
    try:
        answer: Any = await ls.workspace_configuration_async(types.ConfigurationParams([item]))
    except JsonRpcException as error:
        logger.info("The editor does not tell its settings: %s.", type(error).__name__)
        return
    found = cast("list[object]", answer) if isinstance(answer, list | tuple) else []
    if found and found[0] is not None:
        _set_editor_settings(ls, found[0])


async def _watch_files(ls: FimServer) -> None:
    watchers = [types.FileSystemWatcher(glob_pattern=f"**/{WORKSPACE_FILE}")]
    if ls.configuration.own.context.enabled and ls.configuration.own.context.index:
        watchers.append(types.FileSystemWatcher(glob_pattern=INDEXED))
    registration = types.Registration(
        id="fimls-settings-files",
        method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
        register_options=types.DidChangeWatchedFilesRegistrationOptions(watchers=watchers),
    )
    try:
        await ls.client_register_capability_async(types.RegistrationParams([registration]))
    except JsonRpcException as error:
        logger.info("The editor does not watch files: %s.", type(error).__name__)
