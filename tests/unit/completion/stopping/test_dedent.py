"""Where a completion of several lines ends: at a less indented line the model is not sure of.

The kinds are those that were seen with a real model; `|` is the cursor.
"""

from __future__ import annotations

import math
import re
from textwrap import dedent

import pytest

from fimls.completion.stopping import Stopping
from fimls.completion.surroundings import Surroundings

SURE, UNSURE = math.log(0.97), math.log(0.2)


def shown(
    document: str,
    model: str,
    *,
    unsure: str = "",
    probabilities: bool = True,
    language: str = "python",
    lines: str = "multi",
    least: float = 0.5,
) -> str:
    """Return what is shown of a model's text, the same however it arrives.

    The model is unsure of the first token of each line that begins with `unsure`.
    """
    prefix, suffix = (part.split("\n") for part in dedent(document).split("|"))
    around = Surroundings(
        above=tuple(prefix[:-1]),
        before=prefix[-1],
        after=suffix[0],
        below=tuple(suffix[1:]),
        language_id=language,
    )
    tokens: list[tuple[str, float]] = []
    for token in re.findall(r"\s*\w+|\s*[^\w\s]|\s+", model):
        starts = unsure and token.lstrip().startswith(unsure)
        tokens.append((token, UNSURE if starts else SURE))
    seen = set[str]()
    for size in (1, 3, len(tokens)):
        stopping = Stopping(around, lines=lines, max_lines=20, line_probability=least)
        for end in (*range(size, len(tokens), size), len(tokens)):
            text = "".join(token for token, _ in tokens[:end])
            if stopping.feed(text, tokens[:end] if probabilities else ()):
                break
        seen.add(stopping.shown)
    assert len(seen) == 1
    return seen.pop()


@pytest.mark.parametrize("probabilities", [True, False])
@pytest.mark.parametrize(
    ("document", "model", "expected"),
    [
        (
            """
            def f(words):
                seen = {}
                for w in words:
                    if w in seen:
                        seen[w] +=|
                return seen
            """,
            " 1\n        else:\n            seen[w] = 1\n    return seen\n",
            " 1\n        else:\n            seen[w] = 1",
        ),
        (
            """
            def f(lo, hi, mid):
                while lo < hi:
                    if a[mid] < x:
                        lo = |
                        hi = mid
                return lo
            """,
            "mid + 1\n        else:\n            hi = mid\n    return lo\n",
            "mid + 1\n        else:",
        ),
        (
            """
            def f(n):
                if n % 15 == 0:
                    |
            """,
            "r = 'a'\n    elif n % 5 == 0:\n        r = 'b'\n    elif n % 3 == 0:\n"
            "        r = 'c'\n    else:\n        r = n\n\n\ndef g():\n",
            "r = 'a'\n    elif n % 5 == 0:\n        r = 'b'\n    elif n % 3 == 0:\n"
            "        r = 'c'\n    else:\n        r = n",
        ),
        (
            """
            def f(path):
                try:
                    return open(path).|
            """,
            "read()\n    except OSError:\n        return ''\n    finally:\n"
            "        log(path)\n\n\nf(1)\n",
            "read()\n    except OSError:\n        return ''\n    finally:\n        log(path)",
        ),
        (
            """
            def f(x):
                match x:
                    case 1:
                        return |
            """,
            "'one'\n        case _:\n            return 'many'\n\n\nf(1)\n",
            "'one'\n        case _:\n            return 'many'",
        ),
    ],
    ids=["else", "a body below", "a chain of elif", "except and finally", "case"],
)
def test_a_clauses_of_the_same_statement_go_on(
    document: str, model: str, expected: str, probabilities: bool
) -> None:
    assert shown(document, model, probabilities=probabilities) == expected


@pytest.mark.parametrize(
    ("document", "model", "unsure", "expected"),
    [
        (
            "def f(n):\n    s = 0\n    while n:\n        |",
            "s, n = s + n % 10, n // 10\n    return s\n\n\nprint(f(12))\n",
            "return",
            "s, n = s + n % 10, n // 10\n    return s",
        ),
        (
            "def f(xs):\n    base = 0\n    for x in xs:\n        base += x|\n",
            "\n    return base + tail\n",
            "return",
            "\n    return base + tail",
        ),
        (
            "def f(a):\n    for r in a:\n        for c in r:\n            yield |\n",
            "c\n        yield None\n    yield 0\n\n\nclass A:\n    pass\n",
            "yield",
            "c\n        yield None\n    yield 0",
        ),
    ],
    ids=["a loop", "behind its last line", "two loops"],
)
def test_b_the_rest_of_the_function_goes_on_where_the_model_is_sure(
    document: str, model: str, unsure: str, expected: str
) -> None:
    first = expected.split("\n    ")[0].rstrip()
    assert shown(document, model) == expected
    assert shown(document, model, unsure=unsure) == first
    assert shown(document, model, probabilities=False) == first


def test_c_lines_of_the_outer_block_go_on_where_the_model_is_sure() -> None:
    document = """
        def f(rows):
            kept = []
            for row in rows:
                ok = True
                for c in row:
                    if |
                ok = True
            return kept
        """
    model = (
        "c is None:\n                ok = False\n                break\n"
        "        if ok:\n            kept.append(row)\n    return kept\n"
    )
    whole = model.partition("\n    return")[0]
    assert shown(document, model) == whole
    assert shown(document, model, unsure="if") == whole.partition("\n        if ok")[0]


def test_d_the_outer_block_goes_on_below_in_the_same_column() -> None:
    document = "def f(a):\n    for x in a:\n        if x:\n            n += |\n        m += n\n"
    model = "1\n        k = n\n        m += n\n"
    assert shown(document, model) == "1\n        k = n"
    assert shown(document, model, unsure="k") == "1"


def test_e_a_new_header_whose_block_stands_below() -> None:
    document = "def f(a):\n    for x in a:\n        n += |\n        m.append(n)\n    return m\n"
    model = "x\n    for y in m:\n        m.append(n)\n    return m\n"
    assert shown(document, model) == "x\n    for y in m:"


def test_what_stands_below_stays_in_its_block() -> None:
    document = "def f(a):\n    for x in a:\n        n += |\n        m.append(n)\n    return m\n"
    assert shown(document, "x\n    k = n\n    return k\n") == "x"


def test_e_lines_of_the_outer_block_go_on_to_a_header_whose_block_stands_below() -> None:
    document = "def f(a, b):\n    for x in a:\n        n += |\n        return n\n    return a\n"
    whole = "x\n    m = 0\n    for y in b:\n        m += y\n    if n < m:"
    follows = "\n        return n\n    return b\n"
    assert shown(document, whole + follows) == whole
    # Where the header does not come, none of the lines before it is shown.
    for other in (whole.replace("if n < m:", "n = m"), whole.partition("\n    if")[0]):
        assert shown(document, other + "\n    return b\n\n\ng()\n") == "x"
    assert shown(document, whole + follows, unsure="m") == "x"


@pytest.mark.parametrize(
    ("language", "document", "model", "expected"),
    [
        (
            "python",
            "def f(x, n):\n    power = |\n        power *= n\n    return power == x\n",
            "1\n    while power < x:  # at most\n        power *= n\n    return power == x\n",
            "1\n    while power < x:  # at most",
        ),
        (
            "javascript",
            "function f(a) {\n  let n = |\n    n += x;\n  }\n  return n;\n}\n",
            "0;\n  while (n < a) {\n    n += x;\n  }\n  return n;\n}\n",
            "0;\n  while (n < a) {",
        ),
    ],
    ids=["python", "javascript"],
)
def test_e_the_header_that_the_block_below_lacks_is_shown_however_unsure_the_model_is(
    language: str, document: str, model: str, expected: str
) -> None:
    assert shown(document, model, language=language, unsure="while") == expected
    # Where something begins that block, it is a line as all others.
    begun = document.replace("power = |", "for _ in x:\n        power = |")
    begun = begun.replace("let n = |", "for (x of a) {\n    let n = |")
    assert "while" not in shown(begun, model, language=language, unsure="while")


def test_a_completion_stays_in_its_definition() -> None:
    document = "class A:\n    def f(self):\n        for x in self:\n            n = |"
    model = "x\n        return n\n    def g(self):\n        pass\n"
    assert shown(document, model) == "x\n        return n"
    assert shown("def f():\n    return |", "1\nprint(f())\n") == "1"


def test_a_clause_that_belongs_to_no_statement_ends_it() -> None:
    document = "def f(a):\n    with a:\n        return |"
    for probabilities in (True, False):
        text = shown(document, "1\n    else:\n        x = 2\n", probabilities=probabilities)
        assert text == "1"


@pytest.mark.parametrize(("least", "lines"), [(0.0, 1), (0.1, 3), (0.5, 1), (0.9, 1)])
def test_how_sure_the_model_must_be_is_a_setting(least: float, lines: int) -> None:
    document = "def f(n):\n    while n:\n        |"
    model = "n -= 1\n    k = n\n    return n\n"
    assert shown(document, model, unsure="k", least=least).count("\n") == lines - 1


CLOSED = "function f(a) {\n  if (a) {\n    b = |\n  }\n}\n"
OPEN = "function f(a) {\n  if (a) {\n    b = |"


@pytest.mark.parametrize("probabilities", [True, False])
@pytest.mark.parametrize(
    ("language", "document", "model", "expected"),
    [
        (
            "javascript",
            CLOSED,
            "1;\n  } else {\n    b = 2;\n  }\n  return b;\n}\n",
            "1;\n  } else {\n    b = 2;",
        ),
        (
            "javascript",
            CLOSED,
            "1;\n  } else if (c) {\n    b = 2;\n  } else {\n    b = 3;\n  }\n}\n",
            "1;\n  } else if (c) {\n    b = 2;\n  } else {\n    b = 3;",
        ),
        (
            "typescriptreact",
            "async function f() {\n  try {\n    await |\n  }\n}\n",
            "g();\n  } catch (e) {\n    log(e);\n  } finally {\n    h();\n  }\n}\n",
            "g();\n  } catch (e) {\n    log(e);\n  } finally {\n    h();",
        ),
        (
            "java",
            "class A {\n  void f() {\n    try {\n      |\n    } finally {\n      h();\n    }\n  }\n"
            "}\n",
            "g();\n    } catch (E e) {\n      log(e);\n    } finally {\n      h();\n    }\n",
            "g();\n    } catch (E e) {\n      log(e);",
        ),
        (
            "c",
            "int f(int x) {\n  switch (x) {\n    case 1:\n      return |\n  }\n}\n",
            "2;\n    case 2:\n      return 3;\n    default:\n      return 4;\n  }\n}\n",
            "2;\n    case 2:\n      return 3;\n    default:\n      return 4;",
        ),
        (
            "ruby",
            "def f(a)\n  if a\n    b = |\n  end\nend\n",
            "1\n  elsif c\n    b = 2\n  else\n    b = 3\n  end\nend\n",
            "1\n  elsif c\n    b = 2\n  else\n    b = 3",
        ),
        (
            "shellscript",
            "f() {\n  if test; then\n    echo |\n  fi\n}\n",
            "1\n  else\n    echo 2\n  fi\n}\n",
            "1\n  else\n    echo 2",
        ),
        (
            "lua",
            "function f(a)\n  if a then\n    b = |\n  end\nend\n",
            "1\n  else\n    b = 2\n  end\nend\n",
            "1\n  else\n    b = 2",
        ),
    ],
    ids=["else", "else if", "catch", "catch before finally", "case", "ruby", "shell", "lua"],
)
def test_a_clauses_in_other_languages(
    language: str, document: str, model: str, expected: str, probabilities: bool
) -> None:
    assert shown(document, model, language=language, probabilities=probabilities) == expected


def test_a_clause_that_the_document_has_already_is_not_shown_again() -> None:
    document = "function f(a) {\n  if (a) {\n    b = |\n  } else {\n    c();\n  }\n}\n"
    model = "1;\n  } else {\n    b = 2;\n  }\n}\n"
    assert shown(document, model, language="javascript") == "1;"
    document = "def f(a):\n    if a:\n        b = |\n    else:\n        c()\n"
    assert shown(document, "1\n    else:\n        b = 2\n    return b\n") == "1"


@pytest.mark.parametrize(
    ("language", "document", "model", "unsure", "expected", "doubted"),
    [
        (
            "javascript",
            OPEN,
            "1;\n  } else {\n    b = 2;\n  }\n  return b;\n}\n\nf(1);\n",
            "return",
            "1;\n  } else {\n    b = 2;\n  }\n  return b;\n}",
            "1;\n  } else {\n    b = 2;\n  }",
        ),
        (
            "html",
            "<div>\n  <ul>\n    <li>\n      |",
            "one\n    </li>\n    <li>two</li>\n  </ul>\n</div>\n\n<p>\n",
            "two",
            "one\n    </li>\n    <li>two</li>\n  </ul>\n</div>",
            "one\n    </li>",
        ),
        (
            "yaml",
            "jobs:\n  test:\n    steps:\n      - uses: checkout\n        with:\n          depth: |",
            "1\n      - run: make\n  build:\n    needs: test\n",
            "-",
            "1\n      - run: make\n  build:\n    needs: test",
            "1",
        ),
        (
            "markdown",
            "- one\n  - two\n    - |",
            "three\n  - four\n- five\n",
            "-",
            "three\n  - four\n- five",
            "three",
        ),
    ],
    ids=["brackets", "tags", "yaml", "markdown"],
)
def test_b_the_rest_of_what_is_around_in_other_languages(
    language: str, document: str, model: str, unsure: str, expected: str, doubted: str
) -> None:
    assert shown(document, model, language=language) == expected
    assert shown(document, model, language=language, unsure=unsure) == doubted
    assert shown(document, model, language=language, least=0.0) == doubted


def test_the_suffix_rule_leaves_a_line_that_is_typed_once_more() -> None:
    document = "while (*s) {\n  if (a)\n    buf.push(ch|\n    buf.push(ch)\n}\n"
    assert shown(document, ")\n    buf.push(ch)\n}\n", language="javascript") == ")"
    assert shown("x = 1\nre|\nreturn_all(a)\n", "turn_all(a)\ny = 2\n") == ""


def test_a_line_of_the_same_block_that_the_model_is_not_sure_of_ends_it() -> None:
    document = "def f(n):\n    |"
    model = "a = n\n    b = call(\n        n,\n    )\n    return a\n"
    assert shown(document, model) == model.rstrip()
    assert shown(document, model, unsure="b") == "a = n"
    # What stands between brackets is no line of its own.
    assert shown(document, model, unsure="n") == model.rstrip()
    assert shown(document, model, unsure="b", probabilities=False) == model.rstrip()


def test_b_the_function_goes_on_behind_one_that_is_defined_in_it() -> None:
    document = (
        "def f(n):\n    def prime(k):\n        return |\n    for j in range(n):\n        pass\n"
    )
    model = "k > 1\n    largest = 1\n    for j in range(n):\n        pass\n"
    assert shown(document, model) == "k > 1\n    largest = 1"
    assert shown(document, model, unsure="largest") == "k > 1"
    assert shown(document, model, probabilities=False) == "k > 1"
    method = "class A:\n    def f(self):\n        return |"
    assert shown(method, "1\n    size = 2\n") == "1"


@pytest.mark.parametrize("probabilities", [True, False])
@pytest.mark.parametrize(
    ("language", "document", "model", "expected"),
    [
        (
            "python",
            "def f(w):\n    if w in seen:\n        seen[w] +=|\n    return seen\n",
            " 1\n    else:\n        seen[w] = 1\n    return seen\n",
            " 1\n    else:\n        seen[w] = 1",
        ),
        (
            "python",
            "def f(n):\n    if n % 15 == 0:\n        r = |",
            "'a'\n    elif n % 5 == 0:\n        r = 'b'\n    else:\n        r = n\n    return r\n",
            "'a'\n    elif n % 5 == 0:\n        r = 'b'\n    else:\n        r = n",
        ),
        (
            "python",
            "def f(path):\n    try:\n        return open(path).|\n",
            "read()\n    except OSError:\n        return ''\n\n\nf(1)\n",
            "read()\n    except OSError:\n        return ''",
        ),
        (
            "javascript",
            CLOSED,
            "1;\n  } else {\n    b = 2;\n  }\n  return b;\n}\n",
            "1;\n  } else {\n    b = 2;",
        ),
        (
            "java",
            "class A {\n  void f() {\n    try {\n      g(|);\n    }\n  }\n}\n",
            "1);\n    } catch (E e) {\n      log(e);\n      h();\n    }\n  }\n}\n",
            "1);\n    } catch (E e) {\n      log(e);\n      h();",
        ),
        (
            "typescript",
            "function f() {\n  try {\n    g(a, |\n  }\n}\n",
            "b);\n  } catch (e) {\n    log(e);\n    h();\n  }\n  k();\n}\n",
            "b);\n  } catch (e) {\n    log(e);\n    h();",
        ),
        (
            "ruby",
            "def f(a)\n  if a\n    b = |\n  end\nend\n",
            "1\n  else\n    b = 3\n  end\nend\n",
            "1\n  else\n    b = 3",
        ),
        (
            "c",
            "int f(int x) {\n  switch (x) {\n    case 1:\n      return |\n  }\n}\n",
            "2;\n    case 2:\n      return 3;\n    default:\n      return 4;\n  }\n}\n",
            "2;\n    case 2:\n      return 3;\n    default:\n      return 4;",
        ),
    ],
    ids=["else", "elif", "except", "javascript", "in brackets", "catch", "ruby", "case"],
)
def test_a_clauses_go_on_behind_the_rest_of_a_line(
    language: str, document: str, model: str, expected: str, probabilities: bool
) -> None:
    text = shown(document, model, language=language, probabilities=probabilities, lines="auto")
    assert text == expected


def test_a_only_clauses_go_on_behind_the_rest_of_a_line() -> None:
    document = "def f(w):\n    if w:\n        n = |\n    return n\n"
    model = "1\n    else:\n        n = 2\n    m = n\n    return n\n"
    assert shown(document, model, lines="auto") == "1\n    else:\n        n = 2"
    assert shown(document, model, unsure="else", lines="auto") == "1"
    assert shown(document, "1\n    m = n\n    return n\n", lines="auto") == "1"
    assert shown(document, model, lines="single") == "1"
    more = document.replace("n = |\n", "n = |\n        g(n)\n")
    assert shown(more, model, lines="auto") == "1"


STROUSTRUP = "function f(a) {\n  if (a) {\n    b = |\n  }\n}\n"
ALLMAN = "void f(int a)\n{\n  if (a)\n  {\n    b = |\n  }\n}\n"


@pytest.mark.parametrize("probabilities", [True, False])
@pytest.mark.parametrize("lines", ["auto", "multi"])
@pytest.mark.parametrize(
    ("language", "document", "clauses"),
    [
        ("javascript", STROUSTRUP, "1;\n  }\n  else {\n    b = 2;"),
        (
            "typescript",
            STROUSTRUP,
            "1;\n  }\n  else if (c) {\n    b = 2;\n  }\n  else {\n    b = 3;",
        ),
        ("csharp", ALLMAN, "1;\n  }\n  else\n  {\n    b = 2;\n    g();"),
        ("cpp", ALLMAN, "1;\n  }\n  else if (c)\n  {\n    b = 2;\n  }\n  else\n  {\n    b = 3;"),
        ("php", ALLMAN.replace("if (a)", "try"), "1;\n  }\n  catch (E $e)\n  {\n    b = 2;"),
    ],
    ids=["javascript", "java", "csharp", "cpp", "php"],
)
def test_a_clauses_whose_brackets_have_lines_of_their_own(
    language: str, document: str, clauses: str, lines: str, probabilities: bool
) -> None:
    follows = "\n  }\n  return b;\n}\n"
    text = shown(
        document, clauses + follows, language=language, probabilities=probabilities, lines=lines
    )
    assert text == clauses
    # Without a clause, nothing is shown behind the bracket that the document has.
    for other in ("\n  }\n  g();\n}\n", "\n  }\n  else\n    g();\n", "\n  }\n", "\n  }\n  else"):
        assert shown(document, "1;" + other, language=language, lines=lines) == "1;"
    has = document.replace("\n  }\n", "\n  }\n  else\n  {\n    g();\n  }\n")
    assert shown(has, "1;\n  }\n  else\n  {\n    g();\n  }\n", language=language) == "1;"


def test_a_clause_of_a_statement_further_around() -> None:
    document = "def f(w):\n    if w:\n        for x in w:\n            n = |\n    return n\n"
    model = "1\n    else:\n        n = 2\n    return n\n"
    assert shown(document, model, lines="auto") == "1\n    else:\n        n = 2"


@pytest.mark.parametrize("lines", ["auto", "multi"])
@pytest.mark.parametrize(
    ("language", "document", "expected"),
    [
        (
            "python",
            "def f(a):\n    if a:\n        g(a,\n          |\n    return a\n",
            "1)\n    else:\n        h(a)",
        ),
        (
            "cpp",
            "void f() {\n  if (a) {\n    g(a,\n      |\n  }\n  k();\n}\n",
            "1);\n  } else {\n    h(a);",
        ),
    ],
    ids=["python", "cpp"],
)
def test_a_clauses_go_on_behind_a_bracket_of_a_line_above(
    language: str, document: str, expected: str, lines: str
) -> None:
    below = document.partition("|")[2]
    assert shown(document, expected + below, language=language, lines=lines) == expected


COMMENTS_FURTHER_LEFT = [
    (
        "python",
        "def f(a):\n    |\n\nx = 1\n",
        "for b in a:\n        g(b)\n#       h(b)\n        i(b)\n# Done.\n    return a\n# z\n",
        "for b in a:\n        g(b)\n#       h(b)\n        i(b)\n# Done.\n    return a",
    ),
    (
        "python",
        "|\n\nx = 1\n",
        "def f(a):\n    g(a)\n#   h(a)\n    return a\n# Of the next one.\nz = 1\n",
        "def f(a):\n    g(a)\n#   h(a)\n    return a",
    ),
    (
        "python",
        "if a:\n    |\n",
        "if b:\n        c()\n#   Or else.\n    else:\n        d()\n# The end",
        "if b:\n        c()\n#   Or else.\n    else:\n        d()",
    ),
    (
        "yaml",
        "on:\n  push:\n    |\n",
        "branches: [main]\n#   tags: [v1]\n    paths: [server]\n# Of jobs.\nzones:\n",
        "branches: [main]\n#   tags: [v1]\n    paths: [server]",
    ),
    (
        "javascript",
        "function f(a) {\n  |\n}\n",
        "if (a) {\n    g(a);\n//  h(a);\n    i(a);\n  }\n// Done.\n  return a;\n}\n",
        "if (a) {\n    g(a);\n//  h(a);\n    i(a);\n  }\n// Done.\n  return a;",
    ),
]


@pytest.mark.parametrize(("language", "document", "model", "expected"), COMMENTS_FURTHER_LEFT)
def test_a_comment_further_left_is_no_end_of_a_block(
    language: str, document: str, model: str, expected: str
) -> None:
    assert shown(document, model, language=language, unsure="z") == expected
