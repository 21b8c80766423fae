"""An apostrophe in the text of an element hides no bracket that the editor closed."""

from __future__ import annotations

import pytest

from fimls.completion.filters.filter_input import Suggestion
from fimls.completion.filters.rest_of_line import rest_of_line
from fimls.completion.surroundings import Surroundings


@pytest.mark.parametrize("language", ["javascriptreact", "typescriptreact"])
@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("return (|)", "<p>it's</p>);"),
        ("{a && (|)}", '<B c="d">it\'s</B>)}'),
        ("{x.map(y => |)}", "<li>don't {y}</li>)}"),
        ("const A = () => (|)", "\n  <p>\n    Don't\n  </p>\n)"),
        ("f('|')", "it is', 'b')"),
        ("f(|)", "'a', \"b\")"),
    ],
)
def test_the_closer_is_written_once(language: str, line: str, text: str) -> None:
    before, _, after = line.partition("|")
    around = Surroundings(before=before, after=after, language_id=language)

    shown = rest_of_line(Suggestion(text), around)

    assert before + shown.text + after[shown.replaces :] == before + text
    assert rest_of_line(shown, around) == shown
