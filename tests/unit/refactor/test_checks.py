"""Each check by itself, at its limits."""

from __future__ import annotations

import pytest

from fimls.refactor import Change, Check, NewFile
from fimls.refactor.checks import (
    CHECKS,
    keeping_comments,
    keeping_definitions,
    keeps_definitions,
    keeps_imports,
    keeps_layout,
    known_names,
    parses,
    same_code,
    sane_size,
    within_range,
)


def whole(before: str, after: str, language: str = "python") -> Change:
    return Change(before=before, after=after, start=0, end=len(before), language=language)


def part(before: str, new: str, language: str = "python") -> Change:
    """A change of what stands between ``«`` and ``»``."""
    head, old, tail = before.replace("»", "«").split("«")
    text, start = head + old + tail, len(head)
    return Change.replacing(text, start, start + len(old), new, language=language)


def test_every_check_has_a_name_and_says_what_it_is_for():
    for name, check in CHECKS.items():
        assert name.startswith(check.__name__)


# within_range


@pytest.mark.parametrize(
    ("after", "good"),
    [
        ("abXXef", True),
        ("abef", True),
        ("aXcdef", False),
        ("abcdXf", False),
        ("abf", False),
        ("ab", False),
        ("abcdef\n", False),
    ],
)
def test_only_the_part_may_change(after: str, good: bool):
    change = Change(before="abcdef", after=after, start=2, end=4, language="python")
    assert (within_range(change) is None) == good


def test_an_overlap_of_what_stays_is_no_way_around():
    change = Change(before="aXa", after="a", start=1, end=2, language="python")
    assert within_range(change) is not None


def test_a_range_that_is_none_is_refused():
    change = Change(before="abc", after="abc", start=2, end=9, language="python")
    assert within_range(change) is not None


# parses


def test_a_file_that_is_broken_elsewhere_may_change():
    assert parses(part("def f(:\n\n\ndef g():\n    «return 1»\n", "return 2")) is None
    assert parses(part("function f( {\n}\nlet a = «1»;\n", "2", "javascript")) is None


def test_a_file_that_is_broken_may_not_break_more():
    assert parses(part("def f(:\n\n\ndef g():\n    «return 1»\n", "return (1")) is not None
    assert parses(part("function f( {\n}\nlet a = «1»;\n", "((2", "javascript")) is not None


def test_one_large_error_is_not_better_than_a_small_one():
    before = "let a = ;\n«f();»\nfunction g() { return 1; }\nfunction h() { return 2; }\n"
    assert parses(part(before, "f(() => {", "javascript")) is not None


def test_repairing_is_allowed():
    assert parses(part("«def f(:»\n    pass\n", "def f():")) is None
    assert parses(part("let a = «;»\n", "1;", "javascript")) is None


@pytest.mark.parametrize("new", ["return 2", "x = 1\nx: int = 2\nglobal x", "f(a=1, a=2)"])
def test_python_must_compile_not_only_parse(new: str):
    assert parses(part("«x = 1»\n", new)) is not None


@pytest.mark.parametrize(("new", "good"), [("a = [1]", True), ("a = [1", False), ("a = 1]", False)])
def test_without_a_grammar_brackets_must_close(new: str, good: bool):
    assert (parses(part("«a = 1»\nb = [2]\n", new, "julia")) is None) == good


def test_prose_has_no_syntax():
    assert parses(part("«a»", ":-) (", "plaintext")) is None


# same_code


def test_hints_that_something_reads_are_refused():
    hints = same_code(annotations=True)
    data = "@dataclass\nclass A:\n    «x = 1»\n"
    assert "dataclass" in (hints(part(data, "x: int = 1")) or "")
    assert hints(part("class A(Model):\n    «x = 1»\n", "x: int = 1")) is not None
    assert hints(part("class A:\n    «x = 1»\n", "x: int = 1")) is None
    assert hints(part("@app.get('/')\ndef f(«x»): ...\n", "x: int")) is not None
    assert hints(part("@property\ndef f(«x»): ...\n", "x: int")) is None
    assert hints(part("class A(B):\n    def f(self, «x»): ...\n", "x: int")) is None


def test_types_that_a_typescript_framework_reads_are_refused():
    hints = same_code(annotations=True)
    service = "@Injectable()\nclass A {\n  constructor(«private b») {}\n}\n"
    assert hints(part(service, "private b: B", "typescript")) is not None
    plain = service.removeprefix("@Injectable()\n")
    assert hints(part(plain, "private b: B", "typescript")) is None


@pytest.mark.parametrize("language", ["php", "java", "rust"])
def test_types_that_do_something_are_code(language: str):
    before = {
        "php": "<?php function f(«$a») {}",
        "java": "class A { void f() { «var» a = 1; } }",
        "rust": "fn f() { let «a» = 1; }",
    }[language]
    new = {"php": "int $a", "java": "long", "rust": "a: u8"}[language]
    assert same_code(annotations=True)(part(before, new, language)) is not None


def test_a_body_that_has_only_a_docstring_needs_no_pass():
    assert same_code(docstrings=True)(part("def f():\n    «pass»\n", '"""Do nothing."""')) is None


def test_a_docstring_may_not_go():
    change = part('def f():\n    «"""a"""»\n    g()\n', "")
    assert "docstring" in (same_code(docstrings=True)(change) or "")


def test_constants_are_told_apart_by_their_type():
    for old, new in (("1", "True"), ("1", "1.0"), ("'a'", "b'a'"), ("0", "False")):
        assert same_code()(whole(f"x = {old}\n", f"x = {new}\n")) is not None


def test_blanks_that_mean_something_are_code():
    everything = same_code(docstrings=True, annotations=True, comments=True)
    javascript = "function f() { return «a»; }"
    assert everything(part(javascript, "// b\n a", "javascript")) is not None
    assert everything(part("x = «`a b`»", "`a  b`", "javascript")) is not None
    assert everything(part("if a:\n    b()\n«    c()»\n", "c()")) is not None
    broken = "def f(:\nif a:\n    b()\n«    c()»\n"
    assert everything(part(broken, "c()")) is not None


def test_comments_of_another_comment_style_are_accepted():
    change = part("<p>«a»</p>", "<!-- b -->a", "html")
    assert same_code(comments=True)(change) is None


def test_without_a_grammar_only_blanks_may_change():
    for new, good in (("a  = 1", True), ("a = 1 # b", False)):
        change = part("«a = 1»\n", new, "julia")
        assert (same_code(comments=True)(change) is None) == good


# keeps_definitions


def test_names_alone_may_be_asked_for():
    change = whole("def f(a): pass\n", "async def f(b, c): pass\n")
    assert keeps_definitions(change) is not None
    assert keeping_definitions(signatures=False)(change) is None


def test_what_is_more_of_the_same_is_no_double():
    getter = "class A:\n    @property\n    def x(self): return 1\n"
    setter = "    @x.setter\n    def x(self, value): pass\n"
    assert keeps_definitions(whole(getter, getter + setter)) is None
    java = "class A { void f(int a) {} }"
    both = "class A { void f(int a) {} void f(long a) {} }"
    assert keeps_definitions(whole(java, both, "java")) is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", "def f(a): pass\n"),
        ("go", "package p\nfunc f(a int) {}\n"),
        ("rust", "fn f(a: u8) {}\n"),
        ("ruby", "def f(a)\nend\n"),
        ("php", "<?php function f($a) {}\n"),
    ],
)
def test_a_second_one_with_the_name_is_refused(language: str, text: str):
    body = text.removeprefix("package p\n").removeprefix("<?php ")
    other = body.replace("a", "b")
    assert keeps_definitions(whole(text, f"{text}\n{other}", language)) is not None


# keeps_imports


@pytest.mark.parametrize(
    ("language", "before", "after", "good"),
    [
        ("python", "import a\nimport b\na.c()\n", "import a\na.c()\n", True),
        ("python", "import a\na.c()\n", "a.c()\n", False),
        ("python", "from a import b\nb()\n", "from c import b\nb()\n", True),
        ("python", "from a import b\nb()\n", "def b(): pass\nb()\n", True),
        ("python", "from a import b\n__all__ = ['b']\n", "__all__ = ['b']\n", False),
        ("python", "from __future__ import annotations\n", "", False),
        ("javascript", 'import React from "react";\nf(<a/>);', "f(<a/>);", False),
        ("javascript", 'import a from "a";\nf();', "f();", True),
        ("go", 'package p\nimport "fmt"\n', "package p\n", True),
        ("go", 'package p\nimport _ "a"\n', "package p\n", False),
        ("rust", "use a::B;\nfn f() {}\n", "fn f() {}\n", True),
        ("rust", "use a::StreamExt;\nfn f() {}\n", "fn f() {}\n", False),
        ("csharp", "using System.Linq;\nclass A {}\n", "class A {}\n", False),
    ],
)
def test_imports(language: str, before: str, after: str, good: bool):
    assert (keeps_imports(whole(before, after, language)) is None) == good


# keeps_comments


def test_comments_may_move_into_a_docstring():
    change = whole("# Adds.\ndef f(): pass\n", 'def f():\n    """Adds."""\n')
    assert keeping_comments()(change) is None


def test_two_comments_that_say_the_same_are_two():
    check = keeping_comments()
    assert check(whole("a()  # x\nb()  # x\n", "a()  # x\nb()\n")) is not None
    assert check(whole("a()  # x\nb()  # x\n", "# x\na()\nb()  # x\n")) is None


def test_a_short_comment_is_not_found_in_a_long_word():
    assert keeping_comments()(whole("a()  # ok\n", "a()  # look\n")) is not None


def test_documentation_may_be_rewritten_where_that_is_meant():
    before, after = "// Adds.\nfunc f() {} // a\n", "// f adds.\nfunc f() {} // a\n"
    lost = "func f() {} // a\n"
    package = "package p\n\n"
    docs = keeping_comments(documentation=False)
    assert keeping_comments()(whole(package + before, package + after, "go")) is not None
    assert docs(whole(package + before, package + after, "go")) is None
    assert docs(whole(package + before, package + lost, "go")) is not None
    assert docs(whole(package + before, package + after.replace(" // a", ""), "go")) is not None


def test_tasks_may_go_where_that_is_meant():
    before, after = "# TODO: add\nf()  # why\n", "f()  # why\ng()\n"
    assert keeping_comments()(whole(before, after)) is not None
    assert keeping_comments(tasks=False)(whole(before, after)) is None
    assert keeping_comments(tasks=False)(whole(before, "g()\n")) is not None


# known_names


@pytest.mark.parametrize(
    ("after", "good"),
    [
        ("import a\ndef f(x):\n    return a.b(x)\n", True),
        ("def f(x):\n    return sum(y for y in x)\n", True),
        ("def f(x):\n    return y\n", False),
        ("def f(x):\n    def g():\n        return h(x)\n    return g\n", False),
        ("def f(x):\n    del x\n    return __name__\n", True),
        ("class A:\n    y = 1\n    def f(self):\n        return y\n", False),
        ("def f(x: 'List[int]'):\n    return x\n", False),
        ("from typing import Literal\ndef f(x: Literal['Any words']):\n    return x\n", True),
        ("class A:\n    def f(self):\n        return self.g\n", False),
        ("class A(B):\n    def f(self):\n        return self.g\n", False),
        ("class A(Exception):\n    def f(self):\n        return self.args\n", True),
    ],
)
def test_names_of_python(after: str, good: bool):
    assert (known_names(whole("def f(x):\n    return x\n", after)) is None) == good


def test_names_that_were_unknown_before_stay_so():
    before = "def f():\n    return spark.read()\n"
    assert known_names(whole(before, "def f():\n    x = spark.read()\n    return x\n")) is None


def test_where_the_names_of_a_language_are_not_known_nothing_is():
    assert known_names(whole("a: 1\n", "b: *c\n", "yaml")) is None
    assert known_names(whole("a\n", "b\n", "plaintext")) is None


# keeps_layout and sane_size


def test_a_file_that_mixes_line_ends_may_have_both():
    assert keeps_layout(part("a\r\n«b»\nc\n", "d\r\ne\nf", "plaintext")) is None


def test_strings_may_be_indented_as_they_like():
    before = "def f():\n    «x = 1»\n"
    assert keeps_layout(part(before, 'x = """\n\ta\n"""')) is None


def test_a_part_within_a_line_has_no_level():
    assert keeps_layout(part("x = «1»\n", "(\n    1\n)")) is None


def test_the_last_line_end_is_neither_added_nor_removed():
    assert keeps_layout(whole("a\nb", "a\nc\n", "plaintext")) is not None
    assert keeps_layout(whole("a\nb\n", "a\nc", "plaintext")) is not None


def test_sizes():
    assert sane_size(part("a\n«b»\n", " ", "plaintext")) is not None
    assert sane_size(part("a\n«»\n", " ", "plaintext")) is None
    assert sane_size(part("«b»", " ".join(map(str, range(300))), "plaintext")) is None
    assert sane_size(part("«b»", " ".join(map(str, range(900))), "plaintext")) is not None


def test_what_repeats_itself_already_may_go_on():
    table = "    (0.25, 0.5, 'and some more text to be long'),\n" * 12
    before = f"x = [\n«{table}»]\n"
    assert sane_size(part(before, table)) is None
    assert sane_size(part("x = [\n«    1,\n»]\n", table)) is not None


def test_lines_that_are_alike_are_not_the_same():
    lines = "".join(f"    assert f({number}) == {number + 1}\n" for number in range(40))
    assert sane_size(part("«def test():\n    pass\n»", f"def test():\n{lines}")) is None


def test_new_files_have_a_size_too():
    def made(text: str) -> Change:
        files = (NewFile(path="tests/test_a.py", text=text),)
        return Change(before="a", after="a", start=0, end=1, language="python", new_files=files)

    assert sane_size(made("def test_a():\n    assert True\n")) is None
    assert "empty" in (sane_size(made("\n")) or "")
    assert sane_size(made("x" * 100_001)) is not None
    assert sane_size(made("    assert f(1) == 2  # always the same line\n" * 10)) is not None


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_checks_do_not_mind_what_they_do_not_know(check: Check):
    assert check(part("«a»", "a", "a language that nobody has heard of")) is None
