"""Carrying out an action that was chosen, for a document that must stay as it is meanwhile."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fimls.completion.exclusions import excluded
from fimls.lsp.action_titles import titled
from fimls.lsp.change_verification import verifier
from fimls.lsp.rename_provider import rename_command
from fimls.lsp.request_errors import RequestError, invalid, moved, unread
from fimls.lsp.shown_text import show_explanation
from fimls.lsp.work_progress import WorkProgress
from fimls.lsp.workspace_edit import workspace_edit
from fimls.lsp.workspace_folders import path_of
from fimls.refactor import Action, Explanation, Problem, ProposedName, Refusal, Selection, Target
from fimls.refactor.action_listing import find

if TYPE_CHECKING:
    from lsprotocol import types

    from fimls.lsp.resolve_data import ResolveData
    from fimls.lsp.server import FimServer
    from fimls.lsp.syntax_trees import SyntaxTree
    from fimls.refactor.action import Outcome
    from fimls.refactor.verdict import Verdict
    from fimls.text import Document

_MOST_FILES = 5_000
_NOT_SOURCE = frozenset({"node_modules", "__pycache__", "venv", "target", "build", "dist"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What came of an action.

    Attributes:
        edit: what the client is to change, or None where it is to carry out a command.
        command: what the client is to carry out itself.
        title: the action's, with what stands behind the edit.
        verdict: what speaks for it, where a model wrote it.
    """

    edit: types.WorkspaceEdit | None
    title: str
    verdict: Verdict | None = None
    command: types.Command | None = None


async def carry_out_asked(
    ls: FimServer, asked: ResolveData, *, token: types.ProgressToken | None = None
) -> Carried | None:
    """Return what an action made that was listed, or None where it only had something to say.

    Raises:
        Declined: no edit can be made; nothing was changed.
        FimlsError: the engine cannot be used now.
    """
    action = next((each for each in ls.actions_of(asked.uri) if each.name == asked.action), None)
    if action is None:
        raise invalid(f"There is no code action {asked.action} any more.")
    document = ls.documents.get(asked.uri)
    if document is None or document.version != asked.version:
        raise moved()
    return await carry_out(ls, action, document, (asked.start, asked.end), asked.problems, token)


async def carry_out(
    ls: FimServer,
    action: Action,
    document: Document,
    span: tuple[int, int],
    problems: Sequence[Problem] = (),
    token: types.ProgressToken | None = None,
) -> Carried | None:
    """Return what an action makes of a span of a snapshot; see `carry_out_asked`."""
    settings = ls.configuration.of(document.uri)
    if excluded(document, settings.completion):
        raise RequestError(
            "This document is excluded, so its text is sent nowhere: see"
            " completion.exclude_files and completion.exclude_languages."
        )
    folder = ls.configuration.folder_of(document.uri)
    siblings = await asyncio.to_thread(_siblings, document, folder)

    def at(tree: SyntaxTree) -> tuple[Selection, Target]:
        selection = Selection(
            document=document,
            text=str(document.text),
            start=span[0],
            end=span[1],
            problems=tuple(problems),
            parsed=tree.parsed,
            siblings=siblings,
            renamed_elsewhere=document.uri in ls.renamed_elsewhere,
        )
        target = find(action, selection)
        if target is None and tree.why_not is not None:
            raise RequestError(unread(tree.why_not))
        if target is None:
            raise RequestError(
                "There is nothing here to do this with: select the code that you mean."
            )
        if target.disabled is not None:
            raise RequestError(target.disabled)
        if target.confirm and not ls.features.edits.confirms:
            raise RequestError(
                "This action came with the workspace, and this editor cannot show a change before"
                " it is made: copy the action to your own settings file."
            )
        return selection, target

    selection, target = await ls.trees.look(document, at)

    def stop_if_moved() -> None:
        if ls.documents.get(document.uri) is not document:
            raise moved()

    async def work(say: Callable[[str], None]) -> Outcome:
        def written(text: str) -> None:
            stop_if_moved()  # what is raised here ends the generation
            say(text)

        verify = verifier(ls, action.name, document, selection.problems, siblings)
        return await ls.services.carry_out(
            action, selection, target, progress=written, verify=verify
        )

    outcome = await WorkProgress(ls, target.title, token).run(work)
    stop_if_moved()
    if isinstance(outcome, Refusal):
        raise RequestError(f"No safe edit found: {outcome.reason}")
    if isinstance(outcome, ProposedName):
        command = rename_command(ls, document, selection.start, outcome.text)
        return Carried(edit=None, title=target.title, command=command)
    if isinstance(outcome, Explanation):
        await show_explanation(ls, target.title, outcome.text)
        return None
    confirm = (settings.refactor.confirm or target.confirm) and outcome.written
    label = titled(target.title, outcome.verdict.kind if outcome.verdict else "exact")
    edit = await asyncio.to_thread(
        workspace_edit, outcome, document, ls.features, label=label, confirm=confirm
    )
    stop_if_moved()
    return Carried(edit=edit, title=label, verdict=outcome.verdict)


def _siblings(document: Document, workspace: Path | None) -> tuple[str, ...]:
    """Return the workspace's files, or some of them if there are many."""
    path = path_of(document.uri)
    if workspace is None or path is None or workspace not in path.parents:
        return ()
    files: list[str] = []
    for folder, folders, names in os.walk(workspace):
        folders[:] = sorted(
            each for each in folders if not each.startswith(".") and each not in _NOT_SOURCE
        )
        files += [Path(folder, name).as_posix() for name in sorted(names)]
        if len(files) > _MOST_FILES:
            break
    return tuple(files[:_MOST_FILES])
