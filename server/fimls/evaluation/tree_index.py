"""The index of a repository's files as they were before a commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fimls.context.index import Store, build

if TYPE_CHECKING:
    from fimls.evaluation.git_history import GitHistory
    from fimls.settings.context import ContextSettings


def index_before(commit: str, history: GitHistory, store: Store, limits: ContextSettings) -> None:
    """Check out the files before a commit, and take them into the index."""
    history.check_out_before(commit)
    build(
        store,
        history.root,
        excluded=lambda path, language: False,
        rules="evaluation",
        most_files=limits.max_files,
        most_bytes=limits.max_file_kib * 1_024,
    )
