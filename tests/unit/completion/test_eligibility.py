"""Where a completion is wanted, by the settings."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from fimls import syntax
from fimls.completion import Query
from fimls.completion.eligibility import wanted
from fimls.completion.surroundings import Surroundings
from fimls.settings import Layer, resolve
from fimls.text import Document
from support.caret import at_caret


def query(marked: str, language: str = "python", *, automatic: bool = True) -> Query:
    snapshot, cursor = at_caret(marked)
    document = Document(uri="file:///a", language_id=language, version=1, text=snapshot.text)
    return Query(document=document, cursor=cursor, automatic=automatic)


def is_wanted(asked: Query, **completion: Any) -> bool:
    settings, problems = resolve([Layer(name="test", values={"completion": completion})])
    assert not problems
    return wanted(asked, settings.completion)


COMMENTS = [
    ("python", "x = 1  # so<|>"),
    ("python", "# a\n#<|>\n"),
    ("c", "/* one\n * two <|>\n */\n"),
    ("javascript", "f(); // <|>"),
    ("lua", "-- a<|>"),
    ("html", "<p>\n<!-- a\n<|> -->"),
    ("shellscript", "ls # a<|>"),
    ("c", "// a \\\nthe <|>\n"),
    ("html", "<script>\n// the <|>\n</script>\n"),
    ("ini", "# the <|>"),
    ("ini", "; the <|>"),
    ("latex", "% the <|>"),
    ("vim", '" the <|>'),
    ("bat", "REM the <|>"),
]
STRINGS = [
    ("python", 's = "a<|>"'),
    ("python", 'def f():\n    """Do\n    <|>\n    """\n'),
    ("javascript", "s = `a\n<|>`"),
    ("go", "s := `a\n<|>\n`"),
    ("c", 'puts("a <|>'),
    ("html", "<a href='<|>'>"),
    ("shellscript", "cat <<EOF\nthe <|>\nEOF\n"),
    ("ruby", "x = <<~E\n  the <|>\nE\n"),
]
CODE = [
    ("python", 's = "a" + <|>'),
    ("python", '"""a"""\nx = <|>'),
    ("python", "x = '#' + <|>"),
    ("c", "/* a */ f(<|>"),
    ("javascript", "s = '//' + <|>"),
    ("", "anything <|>"),
    ("python", "x = f'{<|>}'\n"),
    ("javascript", "a = `the ${<|>}`;"),
    ("javascript", "a = /'/.test(<|>);"),
    ("ruby", 'x = "a #{<|>}"'),
    ("kotlin", 'val s = "a ${<|>}"'),
    ("csharp", 'var s = $"{<|>}";'),
    ("csharp", 'var s = @"a\\" + <|>;'),
    ("php", '<?php\n$x = "{$a->b(<|>)}";'),
    ("rust", 'let s = r#"a " b"#; let y = <|>;'),
    ("shellscript", "if [ $# -gt <|> ]; then\n:\nfi\n"),
    ("shellscript", "y=${x#a} z=<|>\n"),
    ("yaml", "a: http://x/#y <|>\n"),
    ("perl", "$x =~ s/'/\"/; $y = <|>;"),
]


@pytest.mark.parametrize(("language", "marked"), COMMENTS)
def test_comments_can_be_left_alone(language: str, marked: str) -> None:
    assert is_wanted(query(marked, language))
    assert not is_wanted(query(marked, language), in_comments=False)
    assert is_wanted(query(marked, language), in_strings=False)
    assert is_wanted(query(marked, language, automatic=False), in_comments=False)


@pytest.mark.parametrize(("language", "marked"), STRINGS)
def test_strings_can_be_left_alone(language: str, marked: str) -> None:
    assert is_wanted(query(marked, language))
    assert not is_wanted(query(marked, language), in_strings=False)
    assert is_wanted(query(marked, language), in_comments=False)
    assert is_wanted(query(marked, language, automatic=False), in_strings=False)


@pytest.mark.parametrize(("language", "marked"), CODE)
def test_code_is_neither(language: str, marked: str) -> None:
    assert is_wanted(query(marked, language), in_comments=False, in_strings=False)


def test_a_line_may_have_to_be_begun() -> None:
    assert not is_wanted(query("    <|>"), min_prefix=1)
    assert not is_wanted(query("    ab<|>"), min_prefix=3)
    assert is_wanted(query("    abc<|>"), min_prefix=3)
    assert is_wanted(query("<|>", automatic=False), min_prefix=3)


def test_nothing_while_typing_where_it_is_only_for_asking() -> None:
    assert not is_wanted(query("a<|>"), automatic=False)
    assert is_wanted(query("a<|>", automatic=False), automatic=False)


def test_excluded_is_excluded_also_when_asked() -> None:
    assert not is_wanted(query("a<|>", automatic=False), exclude_languages=["python"])


@pytest.mark.parametrize("automatic", [True, False])
def test_a_line_that_nobody_wrote_is_left_alone(*, automatic: bool) -> None:
    assert is_wanted(query("x" * 9_000 + "<|>", automatic=automatic))
    assert not is_wanted(query("x" * 9_000 + "<|>" + "x" * 2_000, automatic=automatic))
    assert is_wanted(query("x" * 12_000 + "\nx<|>", automatic=automatic))


def test_what_the_cursor_is_in_is_read_once_for_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    module, parsed = import_module("fimls.completion.syntax_context"), list[str]()

    def parse(text: str, *args: Any, **more: Any) -> object:
        parsed.append(text)
        return syntax.parse(text, *args, **more)

    monkeypatch.setattr(module, "parse", parse)
    asked = query('only_here = "so<|>"\n')
    around = Surroundings.of(asked)
    assert [is_wanted(asked, in_strings=False), module.inside(around)] == [False, "string"]
    assert len(parsed) == 1


def test_the_lines_around_are_parsed_once_for_all_keys_of_a_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module, parsed = import_module("fimls.completion.syntax_context"), list[str]()

    def parse(text: str, *args: Any, **more: Any) -> object:
        parsed.append(text)
        return syntax.parse(text, *args, **more)

    monkeypatch.setattr(module, "parse", parse)
    line = "total = f('it # is', g(\"{x}\"), f'{a}b', r'\\n')  # it's \"said\""
    above = "def quite_another(a):\n    return a\n\n\n"
    found = [
        module.inside(Surroundings.of(query(f"{above}{line[:end]}<|>\nrest = 1\n")))
        for end in range(len(line))
    ]
    assert len(parsed) == 1
    assert [found[line.index(part) + 1] for part in ("it #", ", g", "b'", "# it")] == [
        *("string", None, "string", "comment")
    ]
