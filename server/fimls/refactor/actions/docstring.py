"""Add or update the documentation of a function or class.

The model writes the words alone; where they go and how they are marked, the tree and the language
say. So the code cannot change.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from itertools import chain

from fimls.refactor.action import Question, Refusal, Target
from fimls.refactor.actions.function_rewrite import around
from fimls.refactor.actions.text_layout import line_end_of
from fimls.refactor.change import Change, Check
from fimls.refactor.checks import keeps_layout, parses, same_code, sane_size, within_range
from fimls.refactor.selection import Selection
from fimls.syntax import parse
from fimls.syntax.documentation import document, documentation_of, words_of
from fimls.syntax.enclosing_definition import EnclosingDefinition, enclosing
from fimls.syntax.word_sets import words

MOST_LINES = 60
COLUMNS = 80
"""Characters of a line of documentation, without indentation and marks."""

_LANGUAGES = words(
    """
    c cpp csharp go java javascript javascriptreact kotlin lua php python ruby rust scala
    shellscript swift typescript typescriptreact
    """
)


@dataclass(frozen=True, slots=True)
class AddDocstring:
    """Asks for a docstring and puts it where the language has it."""

    name: str = "add-docstring"
    kind: str = "refactor.rewrite"
    languages: frozenset[str] = _LANGUAGES
    checks: tuple[Check, ...] = (
        parses,
        within_range,
        same_code(docstrings=True),
        keeps_layout,
        sane_size,
    )

    def find(self, selection: Selection) -> Target | None:
        """Return the function or class around the selection."""
        found = around(selection, None)
        if found is None or selection.parsed is None:
            return None
        place = documentation_of(selection.parsed, selection.language, found)
        what = "Update" if place.end > place.start else "Add"
        which = "of" if what == "Update" else "to"
        noun = "docstring" if selection.language == "python" else "documentation"
        article = "the" if what == "Update" else "a" if noun == "docstring" else ""
        words = (what, article, noun, which, f"`{found.name}`")
        inline = selection.language == "python" and place.indent.strip()
        return Target(
            start=min(found.start, place.start),
            end=found.end,
            title=" ".join(filter(None, words)),
            disabled="Its body is on the line of its head." if inline else None,
        )

    def ask(self, selection: Selection, target: Target) -> Question | Change | Refusal:
        """Return what the words are to say."""
        found = around(selection, None)
        name = found.name if found else ""
        begin = f' Begin with "{name}", as Go does.' if selection.language == "go" else ""
        return Question(
            instruction=(
                f"Write the documentation of `{name}`: one short sentence that says what it does,"
                " not how. Only where they are not obvious, its parameters, what it returns and"
                f" which errors it ends with follow.{begin} Write the words alone: no code, no"
                " comment marks."
            ),
            form="docstring",
        )

    def read(self, selection: Selection, target: Target, answer: str) -> Change | Refusal:
        """Put the words in their place, in the marks of the language."""
        found = around(selection, None)
        if found is None or selection.parsed is None:
            return Refusal("There is no function or class any more.")
        words = _words(selection.language, found, answer)
        if isinstance(words, Refusal):
            return words
        line_end = line_end_of(selection.text)
        place = documentation_of(selection.parsed, selection.language, found)
        text = document(selection.language, words, place.indent, line_end)
        if place.start == place.end:
            text += line_end + place.indent
        return Change.replacing(
            selection.text, place.start, place.end, text, language=selection.language
        )


def _words(language: str, found: EnclosingDefinition, answer: str) -> str | Refusal:
    """Return what documentation says, taken out of code where the model wrote code around it."""
    text = re.sub(r"\r\n?", "\n", answer).strip()
    fenced = re.fullmatch(r"```[\w+-]*\n(.*?)\n?```", text, re.DOTALL)
    text = fenced[1] if fenced else text
    tree = parse(text, language)
    definition = enclosing(tree, _first_definition(text)) if tree else None
    if tree is not None and definition is not None and definition.name == found.name:
        place = documentation_of(tree, language, definition)
        if place.start == place.end:
            return Refusal("The answer has code and no documentation.")
        text = text[place.start : place.end]
    words = words_of(language, text)
    if not words:
        return Refusal("The answer says nothing.")
    if words.count("\n") >= MOST_LINES:
        return Refusal(f"The answer has more than {MOST_LINES} lines.")
    if (
        re.search(
            rf"^\s*(?:def|fn|func|function|class|public|static)\s.*\b{re.escape(found.name)}\b",
            words,
            re.MULTILINE,
        )
        or "```" in words
    ):
        return Refusal("The answer is code, not documentation.")
    return "\n".join(chain.from_iterable(map(_wrapped, words.split("\n"))))


def _wrapped(line: str) -> list[str]:
    """Return a line as lines that are not too long, as deep as it is."""
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(
        line,
        COLUMNS,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]


def _first_definition(text: str) -> int:
    """Return where the first line begins that is neither blank nor a comment."""
    found = re.search(r"^(?!\s*(?:$|//|/\*|\*|#))\s*(?=\S)", text, re.MULTILINE)
    return found.end() if found else 0


ADD_DOCSTRING = AddDocstring()
