"""What commits wrote is read from a real repository, with the files around it as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from fimls.errors import FimlsError
from fimls.evaluation.git_history import GitHistory
from support.git_repository import repository

PYTHON = frozenset(("python",))


@pytest.fixture
def history(tmp_path: Path) -> GitHistory:
    made = repository(
        tmp_path / "made",
        [
            {"a.py": "one = 1\ntwo = 2\nthree = 3\n", "b.py": "old = 0\n", "notes.md": "x\n"},
            {"a.py": "one = 1\nnew = 9\ntwo = 2\nthree = 30\n", "b.py": "fresh = 0\n"},
            {"notes.md": "y\n"},
        ],
    )
    folder = tmp_path / "work"
    folder.mkdir()
    return GitHistory(made, folder)


def test_a_hunk_has_above_it_what_is_written_and_below_it_what_was_there(
    history: GitHistory,
) -> None:
    [commit] = history.commits(languages=PYTHON, most=9, seed=1)
    first, second, other = history.written(commit)
    assert (first.above, first.added) == (("one = 1\n",), ("new = 9\n",))
    assert first.below == ("two = 2\n", "three = 3\n")
    assert second.above == ("one = 1\n", "new = 9\n", "two = 2\n")
    assert (second.added, second.below) == (("three = 30\n",), ())
    assert (other.path, other.added, other.below) == ("b.py", ("fresh = 0\n",), ())


def test_the_tree_is_the_one_before_the_commit_and_the_repository_stays_as_it_is(
    history: GitHistory, tmp_path: Path
) -> None:
    [commit] = history.commits(languages=PYTHON, most=9, seed=1)
    history.check_out_before(commit)
    assert (history.root / "a.py").read_text() == "one = 1\ntwo = 2\nthree = 3\n"
    assert (tmp_path / "made/a.py").read_text() == "one = 1\nnew = 9\ntwo = 2\nthree = 30\n"


def test_a_folder_that_is_no_repository_is_named(tmp_path: Path) -> None:
    with pytest.raises(FimlsError, match="git cannot read"):
        GitHistory(tmp_path / "nothing", tmp_path)
