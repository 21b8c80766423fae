"""Where completions end: ``before | after | model -> shown, why``, over languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimls.completion.stopping import Stop, Stopping
from fimls.completion.surroundings import Surroundings

PY, JS, GO, C, RB, LUA = "python", "javascript", "go", "c", "ruby", "lua"

# language, before the cursor, after it, what the model writes, what is shown, the rule.
# ‖ stands for what is not stopped by a rule: the model's own end.
CASES = {
    "rest-of-a-line": (PY, "x = f(", "\ny = 1\n", "a, b)\nz = 2\n", "a, b)", "line"),
    "before-more-of-the-line": (PY, "x = f(", ", b)\n", "a\n    c", "a", "line"),
    "closers-of-the-editor": (PY, "x = f(", ")\ny = 1\n", "a)\nz = 2\n", "a)", "line"),
    "bracket-goes-on": (
        PY,
        "x = f(",
        "\ny = 1\n",
        "\n    a,\n    b,\n)\nz\n",
        "\n    a,\n    b,\n)",
        "block",
    ),
    "list-goes-on": (
        PY,
        "x = ",
        "\n",
        "[\n    1,\n    2,\n]\ny = 3\n",
        "[\n    1,\n    2,\n]",
        "block",
    ),
    "def-with-its-body": (
        PY,
        "def f(",
        "\n\n\nx = 1\n",
        "a):\n    b = a\n    return b\n\n\ndef g():\n",
        "a):\n    b = a\n    return b",
        "blank",
    ),
    "if-with-else": (
        PY,
        "    if a",
        "\n",
        ":\n        b()\n    else:\n        c()\n    d()\n",
        ":\n        b()\n    else:\n        c()",
        "block",
    ),
    "body-of-a-function": (
        PY,
        "def f(a):\n    ",
        "\n\n\nx = 1\n",
        "b = a\n    return b\n\n\nx = 1\n",
        "b = a\n    return b",
        "blank",
    ),
    "dedent-ends-a-body": (
        PY,
        "def f(a):\n    ",
        "\n",
        "return a\nprint(f(1))\n",
        "return a",
        "dedent",
    ),
    "what-follows-is-not-written-again": (
        PY,
        "def f(a):\n    ",
        "\n    return b\n",
        "b = a\n    return b\n",
        "b = a",
        "suffix",
    ),
    "first-line-is-what-follows": (PY, "", "\nreturn b\n", "return b\n", "", "suffix"),
    "blank-line-inside-a-block": (
        PY,
        "def f():\n    ",
        "\n    return z\n",
        "x = 1\n    y = 2\n\n    z = 3\n",
        "x = 1\n    y = 2",
        "blank",
    ),
    "blank-line-in-a-new-body": (
        PY,
        "class A:\n    ",
        "",
        "x = 1\n\n    y = 2\n",
        "x = 1\n\n    y = 2\n",
        "‖",
    ),
    "string-of-several-lines": (
        PY,
        "x = ",
        "\n",
        '"""a\n\nb\n"""\ny\n',
        '"""a\n\nb\n"""',
        "block",
    ),
    "loop-of-lines": (
        PY,
        "def f():\n    ",
        "",
        "a()\n    a()\n    a()\n    a()\n",
        "a()\n    a()",
        "repetition",
    ),
    "js-block": (
        JS,
        "if (a) ",
        "\n",
        "{\n  b();\n} else {\n  c();\n}\nd();\n",
        "{\n  b();\n} else {\n  c();\n}",
        "block",
    ),
    "js-body-closed-below": (
        JS,
        "function f() {\n  ",
        "\n}\n",
        "return 1;\n}\n\nfunction g() {\n",
        "return 1;",
        "suffix",
    ),
    "js-body-not-closed": (
        JS,
        "function f() {\n  ",
        "\n",
        "return 1;\n}\n\nfunction g() {\n",
        "return 1;\n}",
        "block",
    ),
    "js-call-with-a-function": (
        JS,
        "a.map(",
        ")\n",
        "(x) => {\n  return x;\n})\nb();\n",
        "(x) => {\n  return x;\n})",
        "block",
    ),
    "js-statement": (JS, "const a = ", "\n", "b + c;\nconst d = 1;\n", "b + c;", "line"),
    "go-if": (
        GO,
        "\tif err != nil ",
        "\n\treturn x\n",
        "{\n\t\treturn err\n\t}\n\tfoo()\n",
        "{\n\t\treturn err\n\t}",
        "block",
    ),
    "c-url-in-a-string": (C, "puts(", "\n", '"http://a");\nputs("b");\n', '"http://a");', "line"),
    "c-for": (
        C,
        "for (",
        "\n",
        "int i = 0; i < n; i++) {\n  a(i);\n}\nb();\n",
        "int i = 0; i < n; i++) {\n  a(i);\n}",
        "block",
    ),
    "ruby-do": (
        RB,
        "xs.each ",
        "\n",
        "do\n  a\nend\nb\n",
        "do\n  a\nend",
        "block",
    ),
    "lua-if": (
        LUA,
        "if a ",
        "\n",
        "then\n  b()\nend\nc()\n",
        "then\n  b()\nend",
        "block",
    ),
    "nothing-to-stop": (PY, "x = ", "\n", "1", "1", "‖"),
}


def around(language: str, before: str, after: str) -> Surroundings:
    *above, line = before.split("\n")
    rest, *below = after.split("\n")
    return Surroundings(
        above=tuple(above), before=line, after=rest, below=tuple(below), language_id=language
    )


def shown(stop: Stop | None, text: str) -> tuple[str, str]:
    return (text, "‖") if stop is None else (text[: stop.end], stop.why)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_golden(case: tuple[str, str, str, str, str, str]) -> None:
    language, before, after, text, wanted, why = case
    stopping = Stopping(around(language, before, after), lines="auto", max_lines=20)
    assert shown(stopping.find(text), text) == (wanted, why)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_end_is_the_same_however_the_text_arrives(
    case: tuple[str, str, str, str, str, str],
) -> None:
    language, before, after, text, *_ = case
    place = around(language, before, after)
    whole = Stopping(place, lines="auto", max_lines=20).find(text)
    found = (Stopping(place, lines="auto", max_lines=20).find(text[:n]) for n in range(len(text)))
    first = next((stop for stop in found if stop), None)
    assert first is None or (whole and first.end == whole.end)


def test_single_lines_are_single() -> None:
    stopping = Stopping(around(PY, "", ""), lines="single", max_lines=20)
    assert stopping.find("if a:\n    b") == Stop(end=5, why="line")


@given(
    st.sampled_from([PY, JS, "", "markdown"]),
    st.text(st.sampled_from("ab (){}:\n\"'"), max_size=20),
    st.text(st.sampled_from("ab (){}:\n\"'"), max_size=20),
    st.text(st.sampled_from("ab (){}:\n\"'"), max_size=60),
    st.sampled_from(["single", "auto", "multi"]),
)
def test_never_more_than_the_lines_allowed(
    language: str, before: str, after: str, text: str, lines: str
) -> None:
    stopping = Stopping(around(language, before, after), lines=lines, max_lines=3)
    stop = stopping.find(text)
    cut, _ = shown(stop, text)
    assert text.startswith(cut)
    assert cut.count("\n") < 3 or stop is None
    assert stop is not None or text.count("\n") < 3
    assert stopping.find(text + "x") == stop or stop is None
