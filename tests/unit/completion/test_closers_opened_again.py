"""A text closes what the editor closed, and begins the same thing once more: the closer stays."""

from __future__ import annotations

import pytest

from fimls.completion.filters.filter_input import Suggestion
from fimls.completion.filters.rest_of_line import rest_of_line
from fimls.completion.surroundings import Surroundings

LINES = [
    # In comments, docstrings and prose.
    ("python", 'x = 1  # "|"', 'a" or "b"'),
    ("python", '"""Return `|`"""', '`a` or `b`"""'[1:]),
    ("markdown", "Use `|` here", "a` and `b` here"),
    ("html", '<p>say "|"</p>', 'a" or "b"</p>'),
    # In strings.
    ("python", "x = \"see '|'\"", "a' or 'b'\""),
    ("python", "f\"see '{|}'\"", "a}' or '{b}'\""),
    ("csharp", "Log($\"bad '{|}'\");", "a}' or '{b}'\");"),
    ("php", "$q = \"SELECT '|'\";", "$a', '$b'\";"),
    ("shellscript", "psql -c \"SELECT '|'\"", "a', 'b'\""),
    ("go", "fmt.Errorf(\"bad '|'\")", "a' or 'b'\")"),
    ("javascript", '`<a href="|">`;', 'a" b="c">`;'),
    ("javascript", '"<p>|</p>"', 'a</p><p>b</p>"'),
    # Tags, and quotes that are written twice to stand for one.
    ("html", "<td>|</td>", "1</td><td>2</td>"),
    ("html", "<dt>|</dt>", "a</dt><dd>b</dd><dt>c</dt>"),
    ("yaml", "a: '|'", "it''s'"),
    ("yaml", "a: '|'", "don''t'"),
    # Where the language's quotes are not known.
    ("dart", "['|'];", "a', 'b'];"),
    ("groovy", "foo('|')", "a', 'b')"),
    ("prisma", '@default("|")', 'a") @map("b")'),
    ("bat", 'copy "|"', 'a" "b"'),
    ("cpp", "f('|')", "a', 'b')"),
]


@pytest.mark.parametrize(("language", "line", "text"), LINES)
@pytest.mark.parametrize("runs_on", ["", "\nx = 2\n"])
def test_what_is_begun_again_is_closed_by_what_stands_there(
    language: str, line: str, text: str, runs_on: str
) -> None:
    before, _, after = line.partition("|")
    around = Surroundings(before=before, after=after, language_id=language)

    shown = rest_of_line(Suggestion(text), around)
    again = rest_of_line(shown, around)

    assert again == shown
    assert before + shown.text + after[shown.replaces :] == before + text
    if runs_on:
        longer = rest_of_line(Suggestion(text + runs_on), around)
        document = before + longer.text + after[longer.replaces :]
        assert document.startswith(before + text[:-1])
