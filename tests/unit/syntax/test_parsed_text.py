"""A text and its tree: nothing that reads it runs in the parser's own C, where errors are ends."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import fimls
from fimls.syntax import parse, reparse
from fimls.syntax.tags import tags
from fimls.syntax.tree_walk import walk

_AT_EVERY_DEPTH = """
import sys
from fimls.syntax import parse
from fimls.syntax.comments import comments_of
from fimls.syntax.definitions import definitions
from fimls.syntax.imports import imports
from fimls.syntax.names import names_in
from fimls.syntax.tags import tags

parsed = parse("import a\\n# b\\nclass C:\\n    def f(self):\\n        self.x = a\\n", "python")
questions = {
    "comments": lambda: comments_of(parsed),
    "definitions": lambda: definitions(parsed),
    "imports": lambda: imports(parsed),
    "names": lambda: list(names_in(parsed)),
    "tags": lambda: tags(parsed, "python"),
    "parse": lambda: parse("x = 1", "python"),
}

def deep(left):
    return questions[sys.argv[1]]() if left == 0 else deep(left - 1)

answered = refused = 0
deep(0)
for depth in range(sys.getrecursionlimit()):
    try:
        assert deep(depth)
        answered += 1
    except RecursionError:
        refused += 1
assert answered and refused, (answered, refused)
"""


@pytest.mark.parametrize(
    "question", ["comments", "definitions", "imports", "names", "parse", "tags"]
)
def test_where_the_stack_ends_a_question_about_a_text_is_an_error_and_not_the_end(question: str):
    command = [sys.executable, "-X", "faulthandler", "-c", _AT_EVERY_DEPTH, question]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-800:]


@pytest.mark.parametrize("text", ["x = 1\n", "x = 1\n" * 5_000, "x = (\n" * 9, "", "# ä\n"])
def test_a_tree_holds_no_source_that_its_nodes_would_read(text: str):
    """tree-sitter's `Node.text` frees what the source's callback returns, and then reads it."""
    parsed = parse(text, "python")
    assert parsed is not None
    after = reparse(parsed, f"{text}y = 2\n", "python")
    assert after is not None
    for each in (parsed, after):
        assert all(node.text is None and not node.has_changes for node in walk(each.root))
        assert each.text_of(each.root).strip() == each.text.strip()


def test_nobody_asks_a_node_for_its_text():
    """It has none: see above. Who would take nothing for an answer finds nothing, silently."""
    files = Path(fimls.__file__).parent.rglob("*.py")
    asking = re.compile(r"\.text or b[\"']|\.text\.decode\(")
    assert [str(each) for each in files if asking.search(each.read_text("utf-8"))] == []


def test_the_conditions_of_a_query_hold_though_the_tree_holds_no_source():
    script = parse("class A { constructor() {}\n  area() {} }", "javascript")
    python = parse("class A:\n  def f(self):\n    self.x = 1\n    other.y = 2\n", "python")
    assert script is not None
    assert python is not None
    assert [each.name for each in tags(script, "javascript")] == ["A", "area"]
    assert [each.name for each in tags(python, "python")] == ["A", "f", "x"]
