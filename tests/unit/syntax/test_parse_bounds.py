"""What is too much to be read as code: nothing dies of it or grows from it, and it is said."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fimls.syntax import LITTLE, MUCH, parse, why_unread

# Each of them is a parser's bad case: memory, time, or the end of the process.
HOSTILE = [
    *[("a<", "java"), ("a<", "csharp"), ("a<", "typescript"), ("a<b,", "cpp"), ("a<", "swift")],
    *[("- ", "yaml"), ("? ", "yaml"), ("a: ", "yaml"), ("[", "json"), ("((((", "javascript")],
    *[("(", "python"), ("a=(b,", "python"), ("f'{", "python"), ("'", "python"), ("a\n", "python")],
    *[("a*b(", "cpp"), ("<a>", "html"), (":not(", "css"), ("a[", "go"), ("r#", "rust")],
    *[('"', "javascript"), ("`${", "javascript"), ("a b ", "cpp"), ("$((", "shellscript")],
]

_PROGRAM = """
import resource, sys, time
from fimls.syntax import LITTLE, MUCH, parse
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
part, language, effort = sys.argv[1].encode().decode("unicode_escape"), *sys.argv[2:]
line = part * (900 // len(part)) + "\\n"
allowed = {"MUCH": MUCH, "LITTLE": LITTLE}[effort]
parse("x", language)
for text in (line * (allowed.characters // len(line)), part * (9_000 // len(part))):
    began = time.thread_time()
    parse(text, language, effort=allowed)
    took = time.thread_time() - began
    assert took < 3 * allowed.seconds + 0.05, f"it takes {took:.2f} s"
"""


@pytest.mark.parametrize("effort", ["MUCH", "LITTLE"])
@pytest.mark.parametrize(("part", "language"), HOSTILE)
def test_a_hostile_document_takes_neither_time_nor_memory_nor_the_process(
    part: str, language: str, effort: str
):
    command = [sys.executable, "-c", _PROGRAM, part.replace("\n", "\\n"), language, effort]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-500:]


_READ = """
import sys
from fimls.syntax import parse, reparse
text = sys.argv[1].encode().decode("unicode_escape")
parsed = parse("a: b", "yaml")
for end in (len(text), len(text) * 2 // 3, len(text) // 2):
    parse(text[:end], "yaml")
    reparse(parsed, text[:end], "yaml")
"""


def _nested(*lines: str, depth: int, step: int = 1) -> str:
    return "".join(f"{' ' * step * k}{line}\n" for k in range(depth) for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        _nested("-", depth=399),
        _nested("a:", depth=399),
        _nested("a:", "-", depth=135),
        _nested("a:", "-", depth=100),
        _nested("- a:", depth=130, step=2),
        _nested("- a:", "  - b:", depth=130, step=2),
        _nested("-", depth=300).replace("\n", "\r"),
        *("- ? : " * 400, "'x' " + "- " * 400, "%YAML 1.2 " + "- " * 400, "? a\n: " + "- " * 400),
        *("\ufeff" + "- " * 400, "... " + "- " * 400, "--- |\n a\n" + "- " * 400, "-\t" * 254),
    ],
)
def test_a_deep_document_of_yaml_does_not_end_the_process(text: str):
    command = [sys.executable, "-c", _READ, text.encode("unicode_escape").decode()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-500:]


_TYPED = """
import sys
from fimls.syntax import parse, reparse
text = sys.argv[1]
for end in range(1, len(text) + 1):
    parsed = parse(text[:end], sys.argv[2])
    assert parsed is not None
    reparse(parsed, text[: end + 1], sys.argv[2])
"""


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("private var e\n@Volatile(a)", "kotlin"),
        ("class A {\n    val a\n    @field:Inject", "kotlin"),
        ("class A {\n    int a;\n    @Override", "java"),
        ("class A {\n    var a\n    @objc", "swift"),
        ("class A {\n  val a\n  @volatile", "scala"),
    ],
)
def test_a_document_that_ends_in_a_word_is_read_to_its_end(text: str, language: str):
    command = [sys.executable, "-c", _TYPED, text, language]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, done.stderr[-500:]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x = 1\n" * 100_000, "longer than 524,288 characters"),
        ("\n" * 20_001, "more than 20,000 lines"),
        ("\r" * 20_001, "more than 20,000 lines"),
        ("a" * 10_001, "a line of more than 10,000 characters"),
        ("(" * 201, "more than 200 deep"),
    ],
)
def test_why_a_document_is_not_read_is_said(text: str, why: str):
    assert why in (why_unread(text, "python") or "")
    assert parse(text, "python") is None


def test_why_a_deep_document_of_yaml_is_not_read_is_said():
    assert "more than 100 deep" in (why_unread(_nested("a:", depth=101), "yaml") or "")
    assert why_unread(_nested("a:", "- b", depth=60), "yaml") is None


@pytest.mark.parametrize("language", ["python", "javascript", "cpp", "html"])
def test_what_is_written_by_hand_is_read(language: str):
    line = {"python": "x = f(a[i] < b, {1: (2, 3)})", "html": "<p>a < b<br>"}
    text = (line.get(language, "if (a<b && c>d) { f(x[i<j], v<int>(y)); }") + "\n") * 6_000
    assert why_unread(text, language) is None
    assert why_unread(text[: LITTLE.characters], language, LITTLE) is None
    assert MUCH.characters > len(text)


@pytest.mark.parametrize(("lines", "times"), [(40, 400), (6_000, 40)])
def test_a_parse_keeps_nothing_of_the_text_that_it_was_handed(lines: int, times: int):
    """A hub parses at most keystrokes: what each left behind took it a megabyte a minute."""
    text = "def f(a):\n    return a + 1\n\n" * (lines // 3)
    kept: list[int] = []
    for _ in range(2):  # the first time loads what the grammar needs
        before = sys.getallocatedblocks()
        for place in range(times):
            tree = parse(f"{text}{place}", "python")
            assert tree is not None
            assert tree.text_of(tree.root.children[7]) == "def f(a):\n    return a + 1"
        kept.append(sys.getallocatedblocks() - before)
    assert kept[1] < 80
