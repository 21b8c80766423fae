"""What holds for every check: it is pure, it never raises, and what stays as it is passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimls.refactor import Change, Check
from fimls.refactor.checks import CHECKS, keeping_comments, keeping_definitions, same_code

EVERY: dict[str, Check] = {
    **CHECKS,
    "no code": same_code(docstrings=True, annotations=True, comments=True),
    "names": keeping_definitions(signatures=False),
    "words": keeping_comments(documentation=False, tasks=False),
}
LANGUAGES = (
    *("python", "javascript", "typescript", "typescriptreact", "go", "rust", "java", "c", "cpp"),
    *("csharp", "ruby", "php", "kotlin", "lua", "shellscript", "html", "css", "json", "yaml"),
    *("plaintext", "haskell"),
)
PIECES = (
    "def f(a, b=1):\n",
    "    return a\n",
    "class A:\n",
    "  # a comment\n",
    "// TODO\n",
    "/* a */",
    "function f(x) { return x }\n",
    "import a.b as c\n",
    "#include <a.h>\n",
    "use a::{b, c as d, *};\n",
    'import ("f"; . "g")\n',
    "x = '''\n",
    '"',
    "`${",
    "{",
    "}",
    "((",
    "\t",
    "\r\n",
    "\r",
    "\0",
    "\ud800",
    "𝒳 = 1\n",
    "\x0c",
    "@a\n",
    "<?php $a = 1;",
    "end\n",
)
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=14).map("".join)


@given(texts, texts, texts, texts, st.sampled_from(LANGUAGES))
def test_checks_are_pure_and_never_raise(
    head: str, old: str, new: str, tail: str, language: str
) -> None:
    made = Change.replacing(
        head + old + tail, len(head), len(head) + len(old), new, language=language
    )
    for check in EVERY.values():
        said = check(made)
        assert said is None or (said and "\n" not in said)
        assert check(made) == said


@given(texts, texts, texts, st.sampled_from(LANGUAGES))
def test_what_stays_as_it_is_passes(head: str, part: str, tail: str, language: str) -> None:
    made = Change.replacing(
        head + part + tail, len(head), len(head) + len(part), part, language=language
    )
    assert [name for name, check in EVERY.items() if check(made)] == []


@pytest.mark.parametrize("language", ["python", "javascript"])
@pytest.mark.parametrize(
    "deep",
    ["(" * 300 + "1" + ")" * 300, "[" * 3_000, "-" * 900 + "1", "a." * 900 + "b", "{" * 900],
    ids=["brackets", "open", "signs", "members", "braces"],
)
def test_depth_does_not_matter(language: str, deep: str) -> None:
    for before, after in ((deep, deep), ("x = 1\n", deep), (deep, "x = 1\n")):
        for check in EVERY.values():
            said = check(Change.replacing(before, 0, len(before), after, language=language))
            assert said is None or before != after
