"""What a change of a document can be held against here: the user's trust, checkers, a jail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fimls.lsp.workspace_folders import path_of
from fimls.refactor.verification import Answered, climb, promised_kind

if TYPE_CHECKING:
    from fimls.lsp.server import FimServer
    from fimls.refactor import Change, Problem
    from fimls.refactor.verdict import Kind, Verdict
    from fimls.text import Document


def promise(ls: FimServer, document: Document) -> Callable[[str], Kind]:
    """Return what tells the most that an action's change can turn out to be."""
    settings = ls.configuration.of(document.uri).refactor
    is_trusted = not untrusted(ls, document)
    return partial(
        promised_kind,
        language=document.language_id,
        executes=is_trusted and settings.execute,
        checkers=is_trusted and bool(settings.checkers),
    )


def verifier(
    ls: FimServer,
    action: str,
    document: Document,
    problems: Sequence[Problem],
    siblings: Sequence[str],
) -> Callable[[Change], Verdict]:
    """Return what looks at a change that a model wrote for a document."""
    settings = ls.configuration.of(document.uri).refactor
    root = None if ls.configuration.of_hub else ls.configuration.folder_of(document.uri)
    path = path_of(document.uri) if root else None
    why_not = untrusted(ls, document)

    def verdict(change: Change) -> Verdict:
        return climb(
            Answered(
                action=action,
                change=change,
                path=path,
                root=root,
                siblings=siblings,
                problems=problems,
                checkers=settings.checkers,
                untrusted=why_not,
                executes=settings.execute,
            )
        )

    return verdict


def untrusted(ls: FimServer, document: Document) -> str:
    """Return why no program may be run for a document, or nothing where it may.

    Invariant: a hub runs none, whatever its settings say; links do not lead out of a folder.
    """
    if ls.configuration.of_hub:
        return "a hub runs no programs of its users"
    folders = ls.configuration.of(document.uri).refactor.trusted_folders
    root, path = ls.configuration.folder_of(document.uri), path_of(document.uri)
    if root is None or path is None:
        return "the document is in no folder of this machine"
    try:
        root, path = root.resolve(), path.resolve()
        trusted = [Path(each).expanduser().resolve() for each in folders]
    except (OSError, RuntimeError, ValueError):
        return "the folders cannot be read"
    if root not in path.parents:
        return "the document is not in the workspace's folder"
    if any(each == root or each in root.parents for each in trusted):
        return ""
    return "refactor.trusted_folders does not name this folder"
