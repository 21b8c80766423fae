"""What is said of answers that a model wrote: each test is a kind of answer, safe or not."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from fimls.errors import FimlsError
from fimls.jail.isolation import isolated
from fimls.refactor import Change, NewFile, Problem
from fimls.refactor.verdict import Finding, Verdict
from fimls.refactor.verification import Answered, climb
from fimls.refactor.verification.execution.same_behaviour import same_behaviour


def _jailed() -> bool:
    try:
        return bool(isolated(()))
    except FimlsError:
        return False


jailed = pytest.mark.skipif(not _jailed(), reason="no jail works here")


def verdict(
    before: str, after: str, *, action: str = "simplify", language: str = "python", **more: Any
) -> Verdict:
    """Climb without executing anything."""
    change = Change.replacing(
        textwrap.dedent(before),
        0,
        len(textwrap.dedent(before)),
        textwrap.dedent(after),
        language=language,
    )
    return climb(Answered(action=action, change=change, **more))


def doubts(found: Verdict) -> list[str]:
    return [each.says for each in found.findings if each.state == "doubtful"]


F = "def f(a, b):\n"

UNSAFE = {
    "permission check gone": (
        F + "    check(a)\n    if b:\n        return 1\n    return 2\n",
        F + "    return 1 if b else 2\n",
        "no longer calls check",
    ),
    "raise lost": (
        F + "    if a:\n        raise ValueError(b)\n    return b\n",
        F + "    return b\n",
        "no longer raises ValueError",
    ),
    "raise of another error": (
        F + "    if a:\n        raise ValueError(b)\n    return b\n",
        F + "    if a:\n        raise KeyError(b)\n    return b\n",
        "no longer raises ValueError",
    ),
    "exception swallowed": (
        F + "    return a[b]\n",
        F + "    try:\n        return a[b]\n    except KeyError:\n        return None\n",
        "catches KeyError",
    ),
    "handler lost": (
        F + "    try:\n        return a[b]\n    except KeyError:\n        return b\n",
        F + "    return a[b]\n",
        "no longer catches KeyError",
    ),
    "finally lost": (
        F + "    try:\n        return a(b)\n    finally:\n        a.close()\n",
        F + "    a.close()\n    return a(b)\n",
        "`finally`",
    ),
    "await lost": (
        "async def f(a):\n    if a:\n        return await a\n",
        "async def f(a):\n    return a or None\n",
        "loses a `await`",
    ),
    "generator made a list": (
        F + "    for x in a:\n        yield x\n",
        F + "    return list(a)\n",
        "loses a `yield`",
    ),
    "global lost": (
        "n = 0\ndef f():\n    global n\n    n = 1\n",
        "n = 0\ndef f():\n    n = 1\n",
        "loses global n",
    ),
    "decorator lost": (
        "@cache\ndef f(a):\n    return a\n",
        "def f(a):\n    return a\n",
        "loses @cache",
    ),
    "decorator added": (
        "def f(a):\n    return a + 1\n",
        "@cache\ndef f(a):\n    return a + 1\n",
        "adds @cache",
    ),
    "is None made truth": (
        F + "    if a is None:\n        a = []\n    return a\n",
        F + "    a = a or []\n    return a\n",
        "loses is",
    ),
    "boundary moved": (
        F + "    return a < b\n",
        F + "    return a <= b\n",
        "loses < or >=",
    ),
    "off by one": (
        F + "    return a[1:]\n",
        F + "    return a[2:]\n",
        "loses 1",
    ),
    "default changed in an inner function": (
        F + "    def g(x=1):\n        return x\n    return g\n",
        F + "    def g(x=2):\n        return x\n    return g\n",
        "loses the default 1",
    ),
    "attribute no longer set": (
        "class A:\n    def f(self):\n        self.x = 1\n        return self.x\n",
        "class A:\n    def f(self):\n        return 1\n",
        "loses the change of .x",
    ),
    "lock no longer held": (
        F + "    with lock:\n        return a[b]\n",
        F + "    return a[b]\n",
        "loses with lock",
    ),
    "used before it is set": (
        F + "    out = 0\n    if a:\n        out = b\n    return out\n",
        F + "    if a:\n        out = b\n    return out\n",
        "may have no value",
    ),
    "called less often": (
        F + "    log(a)\n    log(b)\n    return a\n",
        F + "    log(a)\n    return a\n",
        "less often",
    ),
    "eval added": (F + "    return int(a)\n", F + "    return eval(a)\n", "eval"),
}


@pytest.mark.parametrize("kind", UNSAFE)
def test_what_a_rewriting_must_not_do_is_doubted(kind: str):
    before, after, says = UNSAFE[kind]
    found = verdict(before, after)
    assert found.kind == "suggestion"
    assert any(says in each for each in doubts(found)), found.summary


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            F + "    if not a >= b:\n        return a\n    else:\n        return b\n",
            F + "    return a if a < b else b\n",
        ),
        (
            F + "    r = []\n    for x in a:\n        r.append(x * b)\n    return r\n",
            F + "    return [x * b for x in a]\n",
        ),
        (
            F + "    if a:\n        if b:\n            raise ValueError(a)\n    return a\n",
            F + "    if a and b:\n        raise ValueError(a)\n    return a\n",
        ),
    ],
)
def test_what_a_rewriting_is_for_loses_nothing(before: str, after: str):
    found = verdict(before, after)
    # One condition of two is a change of comparisons, which only executing can settle.
    assert {each.rung for each in found.findings if each.state == "doubtful"} <= {
        "comparisons and constants kept"
    }


@pytest.mark.parametrize(
    ("pragma", "language"),
    [
        ("# type: ignore", "python"),
        ("# noqa: F821", "python"),
        ("# pyright: ignore", "python"),
        ("// @ts-ignore", "typescript"),
        ("// eslint-disable-line", "javascript"),
    ],
)
def test_a_fix_that_silences_the_tool_is_doubted(pragma: str, language: str):
    before = "x = y\n" if language == "python" else "const x = y;\n"
    after = before.rstrip("\n") + f"  {pragma}\n"
    assert any(
        "silences" in each
        for each in doubts(verdict(before, after, action="fix", language=language))
    )


def test_a_fix_that_deletes_the_line_is_doubted():
    found = verdict(F + "    send(a)\n    return b\n", F + "    return b\n", action="fix")
    assert doubts(found) == ["it no longer calls send"]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("function f(a) { return a === 1; }", "function f(a) { return a == 1; }", "==="),
        ("async function f(a) { await a; }", "async function f(a) { a; }", "await"),
        ("function f(a) { if (a) throw a; }", "function f(a) { }", "throw"),
        ("function f(a) { return JSON.parse(a); }", "function f(a) { return eval(a); }", "eval"),
    ],
)
def test_what_other_languages_lose_is_doubted(before: str, after: str, says: str):
    assert any(says in each for each in doubts(verdict(before, after, language="javascript")))


@pytest.mark.parametrize(
    ("text", "doubted"),
    [
        ("import docopt\n\ndef f():\n    return docopt.docopt(__doc__)\n", True),
        ("import ply.yacc\n\ndef f(p):\n    return p\n", True),
        ("def p_sum(p):\n    p[0] = p[1] + p[3]\n", True),
        ("def f():\n    return 1\n", False),
    ],
)
def test_a_docstring_that_the_program_reads_is_doubted(text: str, doubted: bool):
    head, _, body = text.rpartition(":\n")
    found = verdict(text, f'{head}:\n    """Words."""\n{body}', action="add-docstring")
    assert bool(doubts(found)) is doubted
    assert found.kind == "suggestion"  # words are a model's, whatever the code says


def test_an_import_that_does_not_exist_is_doubted(tmp_path: Path):
    tests = NewFile(path="test_a.py", text="from nowhere_at_all import f\n\ndef test():\n    f()\n")
    change = Change(
        before="x = 1\n", after="x = 1\n", start=0, end=0, language="python", new_files=(tests,)
    )
    found = climb(
        Answered(action="write-tests", change=change, siblings=[f"{tmp_path}/a.py"], root=tmp_path)
    )
    assert any("nowhere_at_all" in each for each in doubts(found))


def test_syntax_that_the_projects_python_has_not_is_refuted(tmp_path: Path):
    (tmp_path / "pyproject.toml").write_text('[project]\nrequires-python = ">=3.8"\n')
    before = F + "    if a == 1:\n        return b\n"
    after = F + "    match a:\n        case 1:\n            return b\n"
    wrong = verdict(before, after, root=tmp_path).refutation
    assert wrong is not None
    assert "Python 3.8" in wrong.says


CHECKER = """\
import re, sys
for n, line in enumerate(open(sys.argv[1]), 1):
    if re.search(r"\\bbad\\b", line):
        print(f"{sys.argv[1]}:{n}:1: E1 bad is reported")
    if "worse" in line:
        print(f"{sys.argv[1]}:{n}:1: E2 worse is reported")
"""


def fixed(tmp_path: Path, after: str, **more: Any) -> Verdict:
    (tmp_path / "lint.py").write_text(CHECKER)
    return verdict(
        F + "    bad = a\n    return b\n",
        after,
        action="fix",
        path=tmp_path / "m.py",
        root=tmp_path,
        problems=[Problem(start=0, end=1, message="bad is reported", code="E1", source="python")],
        checkers=[f"{sys.executable} {tmp_path / 'lint.py'}"],
        **{"untrusted": "", **more},
    )


def test_a_fix_is_checked_where_the_tool_no_longer_reports_it(tmp_path: Path):
    assert fixed(tmp_path, F + "    good = a\n    return b\n").kind == "checked"


def test_a_fix_that_is_still_reported_is_refuted(tmp_path: Path):
    found = fixed(tmp_path, F + "    bad = b\n    return b\n").refutation
    assert found == Finding("diagnostic asked again", "refuted", "it is still reported")


def test_a_fix_that_has_something_else_reported_is_doubted(tmp_path: Path):
    found = fixed(tmp_path, F + "    worse = a\n    return b\n")
    assert found.kind == "suggestion"
    assert doubts(found) == ["E2 worse is reported"]


def test_in_a_folder_that_is_not_trusted_no_checker_is_run(tmp_path: Path):
    found = fixed(tmp_path, F + "    good = a\n    return b\n", untrusted="it is not yours")
    assert found.kind == "suggestion"
    assert "it is not yours" in found.summary


def executed(folder: Path, before: str, after: str, action: str = "simplify") -> Verdict:
    file = folder / "m.py"
    file.write_text(before)
    return verdict(
        before, after, action=action, path=file, root=folder, untrusted="", executes=True
    )


@jailed
@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        pytest.param(
            "def f(v, low, high):\n    if v < low:\n        return low\n    else:\n"
            "        if v > high:\n            return high\n        else:\n            return v\n",
            "def f(v, low, high):\n    if v < low:\n        return low\n"
            "    if v > high:\n        return high\n    return v\n",
            "checked",
            id="early returns",
        ),
        pytest.param(
            "def f(xs):\n    out = []\n    for x in xs:\n        if x not in out:\n"
            "            out.append(x)\n    return out\n",
            "def f(xs):\n    return sorted(set(xs))\n",
            "refuted",
            id="order lost",
        ),
        pytest.param(
            "def f(a: int, b: int):\n    if a > b:\n        return a\n    return b\n",
            "def f(a: int, b: int):\n    if a > b:\n        return b\n    return a\n",
            "refuted",
            id="branches swapped",
        ),
        pytest.param(
            "def f(a, default):\n    if a is not None:\n        return a\n    return default\n",
            "def f(a, default):\n    return a or default\n",
            "refuted",
            id="or falsy",
        ),
        pytest.param(
            "def f(n: int):\n    total = 0\n    for i in range(n):\n        total += i\n"
            "    return total\n",
            "def f(n: int):\n    return n * (n - 1) // 2 if n > 0 else 0\n",
            "checked",
            id="faster, with other operators",
        ),
        pytest.param(
            "class A:\n    def f(self, x):\n        self.save(x)\n        self.send(x)\n",
            "class A:\n    def f(self, x):\n        self.send(x)\n        self.save(x)\n",
            "suggestion",
            id="order of effects",
        ),
        pytest.param(
            "def f(xs):\n    it = (x for x in xs)\n    return [*it], len(xs)\n",
            "def f(xs):\n    it = (x for x in xs)\n    return [*it], sum(1 for _ in it)\n",
            "refuted",
            id="generator read twice",
        ),
        pytest.param(
            "def f(a: int):\n    return a + 1\n",
            "def f(a: int):\n    while True:\n        pass\n",
            "suggestion",
            id="without end",
        ),
    ],
)
def test_both_versions_are_called(tmp_path: Path, before: str, after: str, kind: str):
    action = "optimise" if "total" in before else "simplify"
    found = executed(tmp_path, before, after, action)
    assert ("refuted" if found.refutation else found.kind) == kind, found.summary


@jailed
def test_code_that_cannot_be_called_here_says_so(tmp_path: Path):
    before = "import no_such_module\n\ndef f(a):\n    if a:\n        return 1\n    return 2\n"
    found = executed(tmp_path, before, before.replace("    return 2", "    return 3"))
    assert found.kind == "suggestion"
    assert "No module named 'no_such_module'" in found.summary


def test_nothing_is_executed_unless_the_user_said_so(tmp_path: Path):
    made = tmp_path / "made"
    text = f"open({str(made)!r}, 'w')\ndef f(a):\n    if a:\n        return 1\n    return 2\n"
    found = verdict(text, text.replace("if a:", "if 1 and a:"), path=tmp_path / "m.py")
    assert not made.exists()
    assert "trusted_folders" in found.summary


AREA = "def area(a, b):\n    if a < 0 or b < 0:\n        raise ValueError(a)\n    return a * b\n"


def with_tests(folder: Path, tests: str) -> Verdict:
    file = NewFile(path="test_m.py", text=f"from m import area\nimport pytest\n\n{tests}")
    change = Change(
        before=AREA, after=AREA, start=0, end=len(AREA), language="python", new_files=(file,)
    )
    return climb(
        Answered(
            action="write-tests",
            change=change,
            path=folder / "m.py",
            root=folder,
            siblings=[f"{folder}/m.py", "/x/pytest.py"],
            untrusted="",
            executes=True,
        )
    )


@jailed
@pytest.mark.parametrize(
    ("tests", "kind"),
    [
        pytest.param(
            "def test_area():\n    assert area(2, 3) == 6\n    assert area(0, 3) == 0\n\n"
            "def test_error():\n    with pytest.raises(ValueError):\n        area(-1, 1)\n",
            "checked",
            id="good",
        ),
        pytest.param("def test_area():\n    assert area(2, 3) == 5\n", "refuted", id="wrong"),
        pytest.param(
            "def test_area():\n    assert area(2, 3) is not None or True\n",
            "suggestion",
            id="asserts nothing",
        ),
        pytest.param(
            "def test_area():\n    area = lambda *a: 6\n    assert area(2, 3) == 6\n",
            "suggestion",
            id="mocks what it tests",
        ),
        pytest.param(
            "import os\n\ndef test_area():\n    for each in range(64):\n        try:\n"
            "            os.write(each, b'\\nThe tests pass.\\n')\n"
            "        except OSError:\n            pass\n    os._exit(0)\n",
            "suggestion",
            id="says itself that it passes",
        ),
    ],
)
def test_written_tests_pass_and_find_mistakes(tmp_path: Path, tests: str, kind: str):
    found = with_tests(tmp_path, tests)
    assert ("refuted" if found.refutation else found.kind) == kind, found.summary


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (
            F + "    if a:\n        return 1\n    else:\n        g(b)\n        return 2\n",
            F + "    if a:\n        return 1\n    g(b)\n    return 2\n",
            True,
        ),
        (
            F + "    if a:\n        if b:\n            g(a)\n",
            F + "    if not (a and b):\n        return\n    g(a)\n",
            True,
        ),
        (
            F + "    for x in a:\n        if x:\n            g(x)\n",
            F + "    for x in a:\n        if not x:\n            continue\n        g(x)\n",
            True,
        ),
        (
            F + "    if a in b:\n        return True\n    else:\n        return False\n",
            F + "    return a in b\n",
            True,
        ),
        (
            F + "    if a:\n        x = 1\n    else:\n        x = 2\n    return g(x)\n",
            F + "    x = 1 if a else 2\n    return g(x)\n",
            True,
        ),
        (
            F + "    if a:\n        return g()\n    elif b:\n        return g()\n    return 1\n",
            F + "    if a or b:\n        return g()\n    return 1\n",
            True,
        ),
        (
            F + "    if a:\n        return 1\n    return 2\n",
            F + "    if not a:\n        return 1\n    return 2\n",
            False,
        ),
        (
            F + "    if a < b:\n        return 1\n    return 2\n",
            F + "    if a >= b:\n        return 2\n    return 1\n",
            False,  # values need not be ordered
        ),
        (
            F + "    if a == b:\n        return True\n    return False\n",
            F + "    return a == b\n",
            False,  # == can be an array
        ),
        (
            F + "    if a:\n        g()\n    h()\n    return 1\n",
            F + "    h()\n    if a:\n        g()\n    return 1\n",
            False,
        ),
        (
            F + "    while a:\n        if b:\n            break\n        else:\n            g()\n",
            F + "    while a:\n        if b:\n            g()\n            break\n",
            False,
        ),
    ],
)
def test_the_arrangement_of_branches_is_proved(before: str, after: str, same: bool):
    found = verdict(before, after)
    assert (found.kind == "checked") is same, found.summary


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("if a:\n        x = g(b)\n    return x", "if a:\n        return g(b)\n    return x", True),
        ("x = g(a)\n    return x", "return g(a)", True),
        ("global x\n    x = g(a)\n    return x", "return g(a)", False),
        (
            "x = g(a)\n    h(lambda: x)\n    x = 2\n    return x",
            "x = g(a)\n    h(lambda: x)\n    return 2",
            False,
        ),
        (
            "try:\n        x = g(a)\n        return x\n    finally:\n        h(x)",
            "try:\n        return g(a)\n    finally:\n        h(x)",
            False,
        ),
        ("return a if a else b", "return a or b", True),
        ("return a.b if a.b else b", "return a.b or b", False),  # asked twice
        ("return True if a else False", "return bool(a)", True),
        ("return True if a else False", "return a", False),
        ("return not not a", "return bool(a)", True),
        ("return not (a and not b)", "return not a or b", False),
        ("if not (a and not b):\n        g()", "if not a or b:\n        g()", True),
        ("return 0 < a and a < 3", "return 0 < a < 3", True),
        ("return 0 < a() and a() < 3", "return 0 < a() < 3", False),
        ("return 'x y'.split()", "return ['x', 'y']", True),
        ("return 'x y'.split(' ', 1)", "return ['x', 'y']", True),
        (
            "d = {}\n    g(d)\n    return d.get(a, None)",
            "d = {}\n    g(d)\n    return d.get(a)",
            True,
        ),
        ("return a.get(b, None)", "return a.get(b)", False),  # what `a` is, nobody knows
        ("d = {}\n    g(d)\n    return a in d.keys()", "d = {}\n    g(d)\n    return a in d", True),
        ("return a in b.keys()", "return a in b", False),
        (
            "s = set()\n    for x in a:\n        s.add(x.y)\n    return s",
            "s = set()\n    s.update(x.y for x in a)\n    return s",
            True,
        ),
        (
            "s = set()\n    for x in a:\n        s.add(x.y)\n    return x",
            "s = set()\n    s.update(x.y for x in a)\n    return x",
            False,
        ),
        (
            "for x in a:\n        if x == b:\n            return True\n    return False",
            "return any(x == b for x in a)",
            True,
        ),
        (
            "for x in a:\n        if not x:\n            return False\n    return True",
            "return all(x for x in a)",
            True,
        ),
        (
            "for x in a:\n        if x:\n            return True\n    return False",
            "return all(x for x in a)",
            False,
        ),
        (
            "for x in a:\n        if next(x):\n            return True\n    return False",
            "return any(next(x) for x in a)",
            False,
        ),
        ("with a:\n        with b as c:\n            g(c)", "with a, b as c:\n        g(c)", True),
        ("with a, b as c:\n        g(c)", "with b as c, a:\n        g(c)", False),
        ("global y\n    global z\n    y = z = 1", "global y, z\n    y = z = 1", True),
        (
            "for x in a:\n        g(x)\n    else:\n        h()",
            "for x in a:\n        g(x)\n    h()",
            True,
        ),
        (
            "for x in a:\n        if x:\n            break\n    else:\n        h()",
            "for x in a:\n        if x:\n            break\n    h()",
            False,
        ),
        ("return\n    yield", "return", False),  # no generator any more
        (
            "if a:\n        g()\n        return b\n    else:\n        return b",
            "if a:\n        g()\n    return b",
            True,
        ),
    ],
)
def test_what_is_only_written_in_another_way_is_proved(before: str, after: str, same: bool):
    found = verdict(f"{F}    {before}\n", f"{F}    {after}\n")
    ways = next(each for each in found.findings if each.rung == "same ways through the code")
    assert ways.evidence is same, found.summary


def test_a_name_of_a_builtin_that_the_file_binds_is_not_the_builtin():
    own = "def bool(x):\n    return x\n"
    found = verdict(f"{own}{F}    return True if a else False\n", f"{own}{F}    return bool(a)\n")
    assert found.kind != "checked"


TRUSTED = """
total = 0
table = {}

try:
    import no_such_module_anywhere

    def chosen(a, b):
        if a:
            return b
        return a
except ImportError:

    def chosen(a, b):
        if a:
            return b
        return a


def counts(a: int, b: int):
    global total
    total = a
    table["a"] = b
    if a > b:
        raise ValueError("a is more than b")
    return a
"""


@jailed
@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("    total = a\n", "    total = b\n", "refuted"),
        ('    table["a"] = b\n', '    table["b"] = b\n', "refuted"),
        ("a is more than b", "a is less than b", "refuted"),
        ("    total = a\n", "    total = a or a\n", "passed"),
        (
            "        if a:\n            return b\n        return a\nexcept",
            "        return a and b\nexcept",
            "not run",
        ),
    ],
    ids=["a global", "an item of a global", "an error's words", "nothing", "a branch not taken"],
)
def test_what_a_call_leaves_behind_is_compared(tmp_path: Path, before: str, after: str, kind: str):
    assert before in TRUSTED
    path = tmp_path / "module.py"
    change = Change.replacing(
        TRUSTED, 0, len(TRUSTED), TRUSTED.replace(before, after, 1), language="python"
    )
    found = climb(
        Answered(
            action="simplify", change=change, path=path, root=tmp_path, untrusted="", executes=True
        ),
        [same_behaviour],
    )
    assert [each.state for each in found.findings] == [kind], found.summary
