"""The user's own checkers, asked about the text before and after: types, and the diagnostic."""

from __future__ import annotations

import re
import shlex
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from fimls.refactor.verdict import Finding
from fimls.refactor.verification.answered import Answered

REPORTED = "diagnostic asked again"
NOTHING_NEW = "nothing new reported"

_SECONDS = 30
_PLACE = re.compile(r"^.*?:(\d+)(?::\d+)?(?:-\d+)?:?\s*")


def diagnostic_gone(answered: Answered) -> Finding | None:
    """Say whether the tool that reported a diagnostic still reports it, for ``fix``."""
    if answered.action != "fix" or not answered.problems:
        return None
    problem = answered.problems[0]
    if answered.untrusted:
        return Finding(REPORTED, "not run", answered.untrusted)
    command = next((c for c in answered.checkers if _reports(c, problem.source)), None)
    if command is None:
        whose = f"of {problem.source} " if problem.source else ""
        return Finding(REPORTED, "not run", f"refactor.checkers has no command {whose}to ask")
    before, after = _both(answered, command)
    if before is None or after is None:
        return Finding(REPORTED, "not run", f"`{command}` could not be run")
    wanted = problem.code or " ".join(problem.message.split())
    was, now = (_count(said, wanted) for said in (before, after))
    if not was:
        return Finding(REPORTED, "not run", f"`{command}` does not report it")
    if now >= was:
        return Finding(REPORTED, "refuted", "it is still reported")
    return Finding(REPORTED, "passed", evidence=True)


def nothing_new(answered: Answered) -> Finding | None:
    """Say whether a checker that the user configured reports something that was not there."""
    if not answered.checkers:
        if answered.action == "add-type-hints":
            return Finding(NOTHING_NEW, "not run", "refactor.checkers names no type checker")
        return None
    if answered.untrusted:
        return Finding(NOTHING_NEW, "not run", answered.untrusted)
    for command in answered.checkers:
        before, after = _both(answered, command)
        if before is None or after is None:
            return Finding(NOTHING_NEW, "not run", f"`{command}` could not be run")
        for message in sorted(after - before):
            return Finding(NOTHING_NEW, "doubtful", message)
    return Finding(NOTHING_NEW, "passed", evidence=answered.action == "add-type-hints")


def _reports(command: str, source: str) -> bool:
    """Whether a command is the tool that a diagnostic names as its source."""
    program = PurePosixPath(shlex.split(command)[0]).stem.lower()
    return bool(source) and (source.lower() in program or program in source.lower())


def _count(said: Counter[str], wanted: str) -> int:
    return sum(count for message, count in said.items() if wanted in message)


def _both(answered: Answered, command: str) -> tuple[Counter[str] | None, Counter[str] | None]:
    change = answered.change
    if answered.path is None or answered.untrusted:
        return None, None
    return (
        _messages(command, change.before, answered.path, answered.root),
        _messages(command, change.after, answered.path, answered.root),
    )


def _messages(command: str, text: str, path: Path, root: Path | None) -> Counter[str] | None:
    """Return what a checker says of a text in its document's place, without line numbers."""
    with tempfile.TemporaryDirectory(prefix="fimls-check-") as folder:
        file = Path(folder, path.name)
        file.write_bytes(text.encode("utf-8", "replace"))
        try:
            done = subprocess.run(
                [*_words(command, root), str(file)],
                check=False,
                capture_output=True,
                timeout=_SECONDS,
                cwd=root or path.parent,
                stdin=subprocess.DEVNULL,
            )
        except (OSError, subprocess.TimeoutExpired, ValueError):
            return None
    found = Counter[str]()
    for line in done.stdout.decode("utf-8", "replace").split("\n"):
        if file.name in line and (place := _PLACE.match(line)):
            found[line[place.end() :].strip()] += 1
    return found


def _words(command: str, root: Path | None) -> Sequence[str]:
    """Return the words of a command; the project's own program of that name comes first."""
    program, *rest = shlex.split(command)
    here = root / ".venv" / "bin" / program if root and "/" not in program else None
    return [str(here) if here and here.is_file() else program, *rest]
