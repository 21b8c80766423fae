"""Write tests for a function, in a new file where the project has its tests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import basename, dirname, join, normpath, relpath, splitext

from fimls.refactor.action import Question, Refusal, Target
from fimls.refactor.actions.function_rewrite import around
from fimls.refactor.change import Change, Check, NewFile
from fimls.refactor.checks import sane_size, within_range
from fimls.refactor.selection import Selection
from fimls.syntax import count_errors, parse
from fimls.text import path_in

_HINTS = {
    "go": "Write a _test.go file of the same package with the testing package.",
    "java": "Use JUnit 5 and the same package.",
    "javascript": "Use the functions describe, it and expect, and import what you test.",
    "python": "Use pytest: plain functions whose names begin with test_ and that use assert."
    " Import what you test.",
    "typescript": "Use the functions describe, it and expect, and import what you test.",
}
_HINTS["javascriptreact"], _HINTS["typescriptreact"] = _HINTS["javascript"], _HINTS["typescript"]

_TESTS = {
    "go": re.compile(r"^func Test\w*\(", re.MULTILINE),
    "java": re.compile(r"@(?:Test|ParameterizedTest)\b"),
    "javascript": re.compile(r"\b(?:it|test)(?:\.\w+)*\("),
    "python": re.compile(r"^\s*(?:async )?def test\w*\(", re.MULTILINE),
}
_TESTS["javascriptreact"] = _TESTS["typescript"] = _TESTS["typescriptreact"] = _TESTS["javascript"]


@dataclass(frozen=True, slots=True)
class WriteTests:
    """Asks for a file of tests; the document itself stays as it is."""

    name: str = "write-tests"
    kind: str = "refactor.tests"
    languages: frozenset[str] = frozenset(_HINTS)
    checks: tuple[Check, ...] = (within_range, sane_size)

    def find(self, selection: Selection) -> Target | None:
        """Return the function around the selection, unless it is a test or inside of another."""
        function = around(selection)
        if function is None or not (function.top or function.outer):
            return None
        path = _path(selection)
        if _is_test(path):
            return None
        file = file_of_tests(path, selection.language, selection.siblings, function.name)
        return Target(
            start=function.start,
            end=function.end,
            title=f"Write tests for `{function.name}` in {basename(file)}",
        )

    def ask(self, selection: Selection, target: Target) -> Question | Change | Refusal:
        """Return what the tests are to be."""
        function = around(selection)
        name = function.name if function else ""
        where = _where(selection)
        return Question(
            instruction=(
                f"Write tests for the function `{name}`, in a file of their own at {where} beside"
                f" the shown one: usual cases, limits, and the errors it ends with."
                f" {_HINTS[selection.language]} Do not copy the function."
            ),
            form="file",
        )

    def read(self, selection: Selection, target: Target, answer: str) -> Change | Refusal:
        """Make a new file of the answer, if it has tests of the function and can be parsed."""
        function = around(selection)
        if function is None:
            return Refusal("There is no function any more.")
        text = answer.strip("\n") + "\n"
        if not _TESTS[selection.language].search(text):
            return Refusal("The answer has no test.")
        if not re.search(rf"(?<!\w){re.escape(function.name)}(?!\w)", text):
            return Refusal(f"The tests never use `{function.name}`.")
        tree = parse(text, selection.language)
        if tree is not None and count_errors(tree):
            return Refusal("The tests have a syntax error.")
        defined = re.compile(
            rf"^(?:async )?(?:def|func|function) {re.escape(function.name)}\(", re.M
        )
        if defined.search(text):
            return Refusal(f"The tests define `{function.name}` themselves instead of using it.")
        return Change(
            before=selection.text,
            after=selection.text,
            start=target.start,
            end=target.end,
            language=selection.language,
            new_files=(NewFile(path=_where(selection), text=text),),
        )


def file_of_tests(path: str, language: str, siblings: tuple[str, ...], name: str) -> str:
    """Return where tests of a file go, as a path like the file's own.

    Where the project has tests already, they go beside those; else where the language's tools look
    for them. The name of the function is part of a file's name that exists already.
    """
    folder, file = dirname(path), basename(path)
    stem, ending = splitext(file)
    made = {
        "go": f"{stem}_test{ending}",
        "java": f"{stem}Test{ending}",
        "python": f"test_{stem}{ending}",
    }.get(language, f"{stem}.test{ending}")
    tests = [each for each in siblings if _is_test(each) and splitext(each)[1] == ending]
    if language in ("go",):
        place = folder
    elif tests:
        place = dirname(
            min(tests, key=lambda each: (relpath(each, folder or ".").count("/"), each))
        )
    elif language == "java" and "/src/main/" in f"/{folder}/":
        place = f"/{folder}/".replace("/src/main/", "/src/test/").strip("/")
        place = f"/{place}" if folder.startswith("/") else place
    else:
        place = folder
    found = join(place, made)
    if found in siblings:
        stem, ending = splitext(made)
        part = stem.removesuffix("_test").removesuffix("Test").removesuffix(".test")
        mark = stem[len(part) :]
        found = join(place, f"{part}_{name}{mark}{ending}")
    return found


def _where(selection: Selection) -> str:
    """Return the path of the new file, relative to the document's folder."""
    function = around(selection)
    path = _path(selection)
    name = function.name if function else ""
    file = file_of_tests(path, selection.language, selection.siblings, name)
    return normpath(relpath(file, dirname(path) or "."))


def _path(selection: Selection) -> str:
    return path_in(selection.document.uri) or "file"


def _is_test(path: str) -> bool:
    """Whether a file is one of tests, by its name."""
    stem = splitext(basename(path))[0]
    return bool(re.match(r"test_|.*(?:_test|Test|Tests|\.test|\.spec)$", stem))


WRITE_TESTS = WriteTests()
