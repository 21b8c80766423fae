"""Lines that mean something only beside others: attributes, cases, what a backslash joins."""

from __future__ import annotations

import pytest

from fimls.completion.stopping import Stopping
from fimls.completion.surroundings import Surroundings


def shown(language: str, document: str, model: str) -> str:
    """Return what is shown at ``<|>`` of a model's text that goes on as the document does."""
    prefix, suffix = (part.split("\n") for part in document.split("<|>"))
    around = Surroundings(
        above=tuple(prefix[:-1]),
        before=prefix[-1],
        after=suffix[0],
        below=tuple(suffix[1:]),
        language_id=language,
    )
    written = model + document.split("<|>")[1]
    stopping = Stopping(around, lines="auto", max_lines=20)
    for end in range(3, len(written) + 3, 3):
        if stopping.feed(written[:end]):
            break
    return stopping.shown


@pytest.mark.parametrize(
    ("language", "document", "model"),
    [
        (
            "java",
            "class A {\n  <|>\n\n  @Override\n  @Prop(b)\n  void f() {\n  }\n}\n",
            "@Override\n  @Prop(a)\n  void e() {\n  }",
        ),
        (
            "csharp",
            "class A {\n    <|>\n\n    [return: MarshalAs(UnmanagedType.BStr)]\n    int G();\n}\n",
            "[return: MarshalAs(UnmanagedType.BStr)]\n    string F();",
        ),
        (
            "html",
            "<tr>\n  <|>\n  <td>\n    <b>one</b>\n  </td>\n</tr>\n",
            "<td>\n    <i>two</i>\n  </td>",
        ),
    ],
)
def test_a_line_that_belongs_to_the_next_is_not_taken_for_the_next_of_the_document(
    language: str, document: str, model: str
) -> None:
    assert shown(language, document, model) == model


@pytest.mark.parametrize(
    ("language", "document", "model"),
    [
        ("java", "class A {\n  <|>\n  @Override\n  void f() {\n  }\n}\n", ""),
        ("html", "<tr>\n  <|>\n  <td>\n    <b>one</b>\n  </td>\n</tr>\n", ""),
        ("csharp", "class A {\n    <|>\n    [ComImport]\n    interface B\n    {\n    }\n}\n", ""),
    ],
)
def test_what_follows_in_the_document_is_still_seen_by_its_second_line(
    language: str, document: str, model: str
) -> None:
    below = document.split("<|>")[1].lstrip()
    before, _, after = document.partition("<|>")
    assert shown(language, f"{before}<|>{after}", below[: below.index("\n", 20)]) == ""


@pytest.mark.parametrize(
    ("language", "document", "model"),
    [
        ("go", "func f() {\n\tif a {\n\t\treturn b<|>\n\treturn c\n}\n", "\n\t}"),
        ("rust", "impl A {\n    fn b() {\n        c()<|>\n}\n", "\n    }"),
        ("ruby", "def f\n  if a\n    b<|>\n  c\nend\n", "\n  end"),
    ],
)
def test_a_block_that_the_document_does_not_close_is_closed(
    language: str, document: str, model: str
) -> None:
    assert shown(language, document, model) == model


@pytest.mark.parametrize(
    "model",
    [
        'if [ -z "$A" ]; then\n        echo "one " \\\n"two " \\\n"three"\n    fi',
        "if a; then\n        b \\\n  --c \\\n  --d\n    fi",
    ],
)
def test_a_line_that_a_backslash_joins_may_be_indented_anyhow(model: str) -> None:
    assert shown("shellscript", "f () {\n    <|>\n}\n\ng () {\n    h\n}\n", model) == model


def test_a_case_has_more_than_one_statement() -> None:
    document = "switch (a) {\n  <|>\n  case 2:\n    d();\n}\n"
    model = "case 1:\n    b = a;\n    c();\n    break;"
    assert shown("javascript", document, model) == model
