"""Traces from real modules: what it takes to get from one version of a text to the next."""

from __future__ import annotations

import difflib
import random
import subprocess
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from fimls.bench.typing_trace import Trace, TraceError
from fimls.text import Text

_TYPO = 1 / 60
"""Share of keys that are a wrong letter first, and a backspace."""

_ACCEPT = 1 / 12
"""Share of lines of which the end is accepted instead of typed."""


def from_versions(name: str, versions: Sequence[str], *, seed: int = 0) -> Trace:
    """Return the trace that types each version out of the one before it.

    The texts are real; that somebody goes from top to bottom, mistypes some keys, accepts the ends
    of some lines and pauses between places is made up, by `seed`.
    """
    choose = random.Random(seed)
    events: list[tuple[str, Any]] = []
    for old, new in pairwise(versions):
        events += _between(Text.parse(old).lines, Text.parse(new).lines, choose)
    return Trace(name=name, language_id="python", text=versions[0], events=tuple(events))


def from_module(path: Path, *, keys: int = 600, block: int = 8, seed: int = 0) -> Trace:
    """Return the trace that types blocks of a module, about so many keys, back where they were.

    The blocks are up to `block` lines long and lie in the module's second half, so that there is
    text to read before them.
    """
    lines = Text.parse(_read(path)).lines
    choose = random.Random(seed)
    starts = list(range(len(lines) // 2, len(lines) - block, 2 * block))
    choose.shuffle(starts)
    left, gone = keys, set[int]()
    for start in starts:
        if left <= 0:
            break
        gone.update(range(start, start + block))
        left -= sum(len(line.strip()) + 1 for line in lines[start : start + block])
    without = "".join(line for number, line in enumerate(lines) if number not in gone)
    return from_versions(path.name, [without, "".join(lines)], seed=seed)


def from_history(path: Path, *, versions: int = 6, seed: int = 0) -> Trace:
    """Return the trace of a file's last versions in its git repository.

    Raises:
        TraceError: git does not know at least two versions of it.
    """
    commits = _git(path, "log", f"-{versions}", "--format=%H", "--", path.name).split()
    texts = [_git(path, "show", f"{commit}:./{path.name}") for commit in reversed(commits)]
    if len(texts) < 2:
        raise TraceError(
            f"git knows only {len(texts)} version of {path}: name a file with two or more."
        )
    return from_versions(path.name, texts, seed=seed)


def _between(
    old: tuple[str, ...], new: tuple[str, ...], choose: random.Random
) -> list[tuple[str, Any]]:
    events: list[tuple[str, Any]] = []
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    for tag, start, end, into, until in matcher.get_opcodes():
        if tag == "equal":
            continue
        # Everything above is already as it will be, so the place is where it is in the new text.
        events += [("move", (into, 0)), ("pause", choose.randrange(400, 4_000))]
        if end > start:
            events.append(("remove", len("".join(old[start:end]))))
        for line in new[into:until]:
            events += _line(line, choose)
    return events


def _line(line: str, choose: random.Random) -> list[tuple[str, Any]]:
    events: list[tuple[str, Any]] = []
    accepted = ""
    words = line.rstrip().split(" ")
    if choose.random() < _ACCEPT and len(words) > 2:
        at = choose.randrange(1, len(words))
        accepted = " ".join(words[at:])
        line = line[: len(line.rstrip()) - len(accepted)] + line[len(line.rstrip()) :]
    typed, ending = line.rstrip("\r\n"), line[len(line.rstrip("\r\n")) :]
    run = ""
    for character in typed:
        if character.isalpha() and choose.random() < _TYPO:
            events += [("type", run + choose.choice("aeinrst")), ("erase", 1)]
            run = ""
        run += character
    events.append(("type", run))
    if accepted:
        events.append(("accept", accepted))
    events.append(("type", ending))
    return [event for event in events if event[1] != ""]


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise TraceError(
            f"{path} cannot be read as a module ({error}): give a Python file."
        ) from error


def _git(path: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=path.parent, capture_output=True, check=True, encoding="utf-8"
        )
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        raise TraceError(
            f"The history of {path} cannot be read with git ({error}): give a file in a git"
            " repository."
        ) from error
    return done.stdout
