"""What commits wrote is read from a real repository, with the files around it as they were."""

from __future__ import annotations

import subprocess
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


def test_a_file_whose_content_is_missing_is_left_out_and_the_others_are_there(
    tmp_path: Path,
) -> None:
    """Partial clones, and snapshots without their largest files, lack what a tree names."""
    made = repository(
        tmp_path / "made",
        [
            {"lost.py": "lost = 1\n", "kept.py": "kept = 1\n", "gone/x.py": "x = 1\n"},
            {"lost.py": "lost = 2\n", "kept.py": "kept = 1\nmore = 2\n", "gone/x.py": None},
            {"lost.py": "lost = 2\nlater = 3\n", "kept.py": "kept = 1\nmore = 2\nlast = 3\n"},
        ],
    )
    git = ["git", "-C", str(made)]
    blob = subprocess.check_output([*git, "rev-parse", "HEAD^:lost.py"], text=True).strip()
    (made / ".git/objects" / blob[:2] / blob[2:]).unlink()
    folder = tmp_path / "work"
    folder.mkdir()
    history = GitHistory(made, folder)

    first, second = history.commits(languages=PYTHON, most=9, seed=1)
    history.check_out_before(first)
    assert (history.root / "lost.py").read_text() == "lost = 1\n"
    assert [each.path for each in history.written(first)] == ["kept.py"]
    history.check_out_before(second)
    left = {each.relative_to(history.root).as_posix() for each in history.root.rglob("*.py")}
    assert left == {"kept.py"}
    assert (history.root / "kept.py").read_text() == "kept = 1\nmore = 2\n"
    assert [each.added for each in history.written(second)] == [("last = 3\n",)]


def test_a_folder_that_is_no_repository_is_named(tmp_path: Path) -> None:
    with pytest.raises(FimlsError, match="git cannot read"):
        GitHistory(tmp_path / "nothing", tmp_path)
