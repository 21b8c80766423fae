"""Cases of code actions: a document with a selection, and what a right edit of it looks like.

The format, which tests/data/refactor/edits/README.md explains, is text, so that cases can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fimls.errors import FimlsError
from fimls.refactor import Problem, Selection
from fimls.syntax import parse
from fimls.text import Document, Text

RULES = frozenset({"fewer", "has", "lacks", "matches", "more"})
"""What a line of ``--- expect`` can begin with: see `fimls.evaluation.edit_judge`."""

_CASE = re.compile(r"^=== (.+) \[([\w-]+), (\S+)\] ([\w-]+)\n", re.MULTILINE)
_PART = re.compile(r"^--- (\w+)(?:: ?(.*))?\n", re.MULTILINE)
_PARTS = frozenset(
    {"before", "check", "expect", "instruction", "mutant", "problem", "right", "siblings", "wrong"}
)
_MARKS = str.maketrans({"⇥": "\t", "·": " "})


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCase:
    """One thing to do.

    Attributes:
        name: unique among all cases.
        action: name of the action.
        instruction: what the user words, for the action ``rewrite``; else empty.
        selection: where it is asked for.
        rules: kind and argument of each ``expect`` line.
        check: a program of assertions about the resulting Python text, in a process of its own,
            or empty.
        before: what runs before that text, in its process.
        mutants: for tests: texts of the document with a mistake that the tests must find.
        right: an answer that a model could give and that is right; empty where none is asked.
        wrong: an answer that is not right, in the same way.
    """

    name: str
    action: str
    instruction: str
    selection: Selection
    rules: tuple[tuple[str, str], ...]
    check: str
    before: str
    mutants: tuple[str, ...]
    right: str
    wrong: str

    @property
    def language(self) -> str:
        """The document's LSP language identifier."""
        return self.selection.language


def read_cases(paths: Sequence[Path]) -> list[EditCase]:
    """Read files of cases, or all ``.txt`` of folders.

    Raises:
        FimlsError: a file cannot be read, or has something in it that is no case.
    """
    cases: list[EditCase] = []
    for path in paths:
        files = sorted(path.glob("*.txt")) if path.is_dir() else [path]
        for file in files:
            cases.extend(_cases(file))
    if not cases:
        raise FimlsError(f"There are no cases in {', '.join(map(str, paths))}: give their folder.")
    names = [case.name for case in cases]
    for name in names:
        if names.count(name) > 1:
            raise FimlsError(f"Two cases are named {name!r}: rename one.")
    return cases


def _cases(file: Path) -> Iterator[EditCase]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        why = error.strerror or error
        raise FimlsError(f"{file} cannot be read ({why}): give existing files.") from error
    except UnicodeDecodeError as error:
        raise FimlsError(f"{file} is no text ({error}): give files of cases.") from error
    _, *found = _CASE.split(text)
    for name, language, path, action, body in zip(*[iter(found)] * 5, strict=True):
        yield _case(f"{file.stem}: {name}", language, path, action, body)


def _case(name: str, language: str, path: str, action: str, body: str) -> EditCase:
    document, *rest = _PART.split(body)
    parts = [
        (head, said or "", _unmarked(text))
        for head, said, text in zip(rest[::3], rest[1::3], rest[2::3], strict=True)
    ]
    if unknown := [head for head, _, _ in parts if head not in _PARTS]:
        raise FimlsError(
            f"The case {name!r} has a part {unknown[0]!r}, which does not exist: correct it."
        )

    def texts(head: str) -> list[str]:
        return [text for found, _, text in parts if found == head]

    said = {head: words for head, words, _ in parts}
    selection = _selection(
        name,
        _unmarked(document),
        language=language,
        path=path,
        problem=said.get("problem"),
        siblings=tuple(said.get("siblings", "").split()),
    )
    return EditCase(
        name=name,
        action=action,
        instruction=said.get("instruction", ""),
        selection=selection,
        rules=tuple(_rules(name, "".join(texts("expect")))),
        check="".join(texts("check")),
        before="".join(texts("before")),
        mutants=tuple(texts("mutant")),
        right="".join(texts("right")),
        wrong="".join(texts("wrong")),
    )


def _rules(name: str, text: str) -> Iterator[tuple[str, str]]:
    for line in filter(None, text.split("\n")):
        kind, _, argument = line.partition(" ")
        if kind not in RULES or not argument:
            raise FimlsError(
                f"The case {name!r} expects {line!r}, which means nothing: correct it."
            )
        yield kind, argument


def _selection(
    name: str,
    text: str,
    *,
    language: str,
    path: str,
    problem: str | None,
    siblings: tuple[str, ...],
) -> Selection:
    """Return what ``«`` and ``»`` select in a text, or a bare cursor at ``‸``."""
    places = re.findall("[«»‸]", text)
    if places not in (["‸"], ["«", "»"]):
        raise FimlsError(
            f"The case {name!r} has not one cursor ‸ or one selection « »: correct it."
        )
    start = text.index(places[0])
    end = start if places == ["‸"] else text.index("»") - 1
    text = re.sub("[«»‸]", "", text)
    document = Document(
        uri=f"file:///project/{path}", language_id=language, version=1, text=Text.parse(text)
    )
    found = Problem(start=start, end=end, message=problem) if problem else None
    return Selection(
        document=document,
        text=text,
        start=start,
        end=end,
        problems=(found,) if found else (),
        parsed=parse(text, language),
        siblings=siblings,
    )


def _unmarked(text: str) -> str:
    text = text.rstrip("\n")
    return (f"{text}\n" if text else "").translate(_MARKS)
