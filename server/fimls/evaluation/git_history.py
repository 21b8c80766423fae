"""A repository's real history: what commits wrote into files, and the trees before them."""

from __future__ import annotations

import os
import random
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fimls.context.languages import language_of
from fimls.errors import FimlsError
from fimls.text import Text

_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)

_SAFE = (
    "core.hooksPath=/dev/null",
    "core.symlinks=false",
    "core.quotePath=false",
    "core.autocrlf=false",
    "core.fsmonitor=false",
)
"""What git must not do, whatever the repository's own settings say."""

_MOST_FILES = 30
"""Of a commit: what changes more of them was hardly written by hand."""

_MOST_BYTES = 256 * 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Lines that a commit put into a file, and the file around them when they were written.

    Attributes:
        commit: its hash.
        path: the file's, from the root.
        language_id: the file's language.
        above: the lines above as the commit left them.
        added: the lines.
        below: the lines below as they were before the commit.
        before: the whole file before the commit.
    """

    commit: str
    path: str
    language_id: str
    above: tuple[str, ...]
    added: tuple[str, ...]
    below: tuple[str, ...]
    before: tuple[str, ...]


class GitHistory:
    """The history of one repository, whose trees are checked out into a folder of our own.

    Nothing of the repository is run: no hook, no filter, and links are written as files.
    """

    def __init__(self, repository: Path, folder: Path) -> None:
        """`repository` is a clone or a bare repository, `folder` an empty one for its trees.

        Raises:
            FimlsError: it is no repository.
        """
        self.root = folder / "tree"
        self.root.mkdir()
        self._index = folder / "index"
        self._git_dir = str(repository)
        self._git_dir = self._git("-C", self._git_dir, "rev-parse", "--absolute-git-dir").strip()

    def commits(self, *, languages: frozenset[str], most: int, seed: int) -> list[str]:
        """Return commits chosen at random that change code of these languages, the oldest first.

        Those of a smaller number are among those of a larger one.
        """
        said = self._git("log", "--first-parent", "--no-merges", "--reverse", "--format=%x00%H %P",
                         "--name-only", "--diff-filter=AM")  # fmt: skip
        able = list[str]()
        for part in said.split("\0")[1:]:
            head, *paths = [line for line in part.split("\n") if line]
            code = [path for path in paths if language_of(path) in languages]
            if len(head.split()) == 2 and code and len(paths) <= _MOST_FILES:
                able.append(head.split()[0])
        chosen = random.Random(seed).sample(range(len(able)), len(able))[:most]
        return [able[number] for number in sorted(chosen)]

    def check_out_before(self, commit: str) -> None:
        """Make the folder the tree before a commit; files that stay the same are not touched.

        Files whose content the repository lacks, as a partial clone does, are not there.
        """
        before = self._paths()
        self._git("read-tree", "--reset", f"{commit}^")
        for path in before - self._paths():
            with suppress(OSError):
                (self.root / path).unlink()
        self._git("checkout-index", "--all", "--force", "--index", "--quiet", may_fail=True)

    def written(self, commit: str) -> Iterator[Written]:
        """Yield what a commit added, file by file from the top."""
        for path in self._git("diff", "--name-only", "--no-renames", "--diff-filter=AM", "-z",
                              f"{commit}^", commit).split("\0"):  # fmt: skip
            language_id = language_of(path)
            after = self._text(commit, path) if path and language_id else None
            if after is None or language_id is None:
                continue
            before = self._text(f"{commit}^", path) or ()
            try:
                said = self._git("diff", "-U0", "--no-renames", f"{commit}^", commit, "--", path)
            except (FimlsError, UnicodeDecodeError):  # what was there before is no text, or missing
                continue
            for match in _HUNK.finditer(said):
                gone, removed, at, many = (int(each or 1) for each in match.groups())
                if match[4] == "0":
                    continue
                first = at - 1
                below = gone if match[2] == "0" else gone - 1 + removed
                yield Written(
                    commit=commit,
                    path=path,
                    language_id=language_id,
                    above=after[:first],
                    added=after[first : first + many],
                    below=before[below:],
                    before=before,
                )

    def _text(self, commit: str, path: str) -> tuple[str, ...] | None:
        try:
            said = self._git("show", f"{commit}:{path}")
        except (FimlsError, UnicodeDecodeError):
            return None
        if len(said) > _MOST_BYTES or "\0" in said:
            return None
        return tuple(line for line in Text.parse(said).lines if line)

    def _paths(self) -> set[str]:
        """Return the files of the tree that is checked out."""
        return {path for path in self._git("ls-files", "-z").split("\0") if path}

    def _git(self, *arguments: str, may_fail: bool = False) -> str:
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "LC_ALL": "C.UTF-8",
            "GIT_DIR": self._git_dir,
            "GIT_WORK_TREE": str(self.root),
            "GIT_INDEX_FILE": str(self._index),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_LAZY_FETCH": "1",
        }
        if arguments[0] == "-C":
            del environment["GIT_DIR"], environment["GIT_WORK_TREE"]
        safe = [part for setting in _SAFE for part in ("-c", setting)]
        try:
            done = subprocess.run(
                ["git", *safe, *arguments],
                env=environment,
                capture_output=True,
                check=not may_fail,
            )
        except FileNotFoundError as error:
            raise FimlsError("Histories are read with git: install it.") from error
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode("utf-8", "replace").strip()
            raise FimlsError(
                f"git cannot read {self._git_dir} ({said}): give the folder of a repository."
            ) from error
        return done.stdout.decode("utf-8").replace("\r\n", "\n")


def name_of(repository: Path) -> str:
    """Return what a repository is called in the records."""
    parts = [part for part in repository.resolve().parts if part not in (".git", "repo")]
    return parts[-1].removesuffix(".git")
