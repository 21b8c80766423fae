"""The index of a repository: what may be in it, and that it is right whatever happens."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from fimls.context.index import Store, file_for
from fimls.context.repository import Repository
from unit.context.conftest import indexed


def paths(root: Path) -> set[str]:
    store = Store(file_for(root))
    try:
        return set(store.stamps())
    finally:
        store.close()


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


@pytest.mark.parametrize("git", [False, True])
def test_what_any_gitignore_names_is_not_in_it(root: Path, git: bool) -> None:
    if git:
        (root / ".git").mkdir()
    write(
        root,
        {
            ".gitignore": "build/\n*_generated.py\n",
            "build/a.py": "a = 1\n",
            "shop/x_generated.py": "a = 1\n",
            "shop/inner/.gitignore": "!kept_generated.py\nlocal.py\n",
            "shop/inner/kept_generated.py": "a = 1\n",
            "shop/inner/local.py": "a = 1\n",
            "local.py": "a = 1\n",
        },
    )
    indexed(root)
    assert paths(root) == {
        "shop/prices.py", "shop/report.py", "shop/inner/kept_generated.py", "local.py",
    }  # fmt: skip


def test_a_folder_inside_a_repository_has_the_patterns_above_it(root: Path) -> None:
    (root / ".git").mkdir()
    write(root, {".gitignore": "shop/report.py\n"})
    indexed(root / "shop")
    assert paths(root / "shop") == {"prices.py"}


def test_binary_large_linked_and_excluded_files_are_not_in_it(root: Path) -> None:
    write(root, {"large.py": "x = 1\n" * 50_000, "secret/keys.py": "k = 1\n", "odd.bin": "x"})
    (root / "binary.py").write_bytes(b"a = 1\0\n")
    (root / "link.py").symlink_to(root / "secret/keys.py")
    indexed(root, lambda path, language: path.startswith("secret/"))
    assert paths(root) == {"shop/prices.py", "shop/report.py"}


def test_a_file_that_changed_came_or_went_is_as_it_is_now(root: Path) -> None:
    assert indexed(root) == 2
    assert indexed(root) == 0
    (root / "shop/report.py").unlink()
    write(root, {"shop/prices.py": "def renamed_prices(): ...\n", "new.py": "def fresh(): ...\n"})
    assert indexed(root) == 2
    store = Store(file_for(root))
    assert set(store.stamps()) == {"shop/prices.py", "new.py"}
    assert [each.path for each in store.definitions("renamed_prices", most=9)] == ["shop/prices.py"]
    assert store.definitions("load_prices", most=9) == []
    assert store.search({"report": 1.0}, needed="report", most=9, until=time.monotonic() + 5) == []
    store.close()


def test_one_file_is_brought_up_to_date_by_itself_or_taken_out(root: Path) -> None:
    indexed(root)
    write(root, {"shop/prices.py": "def renamed_prices(): ...\n", ".gitignore": "report.py\n"})
    store = Store(file_for(root))
    repository = Repository(root, store, most_bytes=100_000)
    for path in ("shop/prices.py", "shop/report.py", "gone.py", "../outside.py"):
        repository.update(path, excluded=lambda path, language: False)
    assert set(store.stamps()) == {"shop/prices.py"}
    assert len(store.definitions("renamed_prices", most=9)) == 1
    repository.close()


def test_an_index_that_is_damaged_is_made_anew(root: Path) -> None:
    indexed(root)
    file_for(root).write_bytes(b"no database at all" * 100)
    assert indexed(root) == 2
    assert len(paths(root)) == 2


def index(root: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "fimls", "index", str(root)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def test_one_command_drops_all_of_them(root: Path) -> None:
    indexed(root)
    assert file_for(root).exists()
    subprocess.run([sys.executable, "-P", "-m", "fimls", "index", "--drop"], check=True)
    assert not file_for(root).parent.exists()
