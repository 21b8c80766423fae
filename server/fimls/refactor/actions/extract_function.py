"""Make a part of a function a function of its own.

In Python the flow of its values says what it takes and gives back, and the model finds the name; in
other languages the model writes it all.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, replace

from fimls.refactor.action import Question, Refusal, Target
from fimls.refactor.actions.function_rewrite import SAME_FACE, around
from fimls.refactor.actions.name_from_model import (
    checked_name,
    free_name,
    names_in,
    pattern,
    style,
    words_in,
)
from fimls.refactor.actions.text_layout import in_one_line, unit_of, with_line_ends_of
from fimls.refactor.change import Change, Check
from fimls.refactor.selection import Selection
from fimls.refactor.transformations.extraction import Extraction, extraction_of
from fimls.syntax import Parsed
from fimls.syntax.enclosing_definition import enclosing

_PYTHON = "python"
_BY_MODEL = frozenset({"c", "cpp", "csharp", "go", "java", "kotlin", "rust"})
"""JavaScript and TypeScript are left to the editor's TypeScript server, which knows types."""


@dataclass(frozen=True, slots=True)
class ExtractFunction:
    """Takes the selected statements, or an expression, out of their function."""

    name: str = "extract-function"
    kind: str = "refactor.extract"
    languages: frozenset[str] = _BY_MODEL | {_PYTHON}
    checks: tuple[Check, ...] = SAME_FACE

    def find(self, selection: Selection) -> Target | None:
        """Return the function around selected statements or a selected expression."""
        if selection.parsed is None or not selection.selected.strip():
            return None
        found = _found(selection.parsed, selection)
        if found is None:
            return None
        return Target(
            start=found.around.start,
            end=found.around.end,
            title=f"Extract {_shown(selection, found)} into a function",
            disabled=found.reason,
        )

    def ask(self, selection: Selection, target: Target) -> Question | Change | Refusal:
        """Return the question for a name, or for both functions."""
        if selection.parsed and (found := _found(selection.parsed, selection)) is not None:
            selection = replace(selection, start=found.start, end=found.end)
        selected = textwrap.dedent(_line_to(selection)).strip("\n")
        if selection.language == _PYTHON:
            return Question(
                instruction=(
                    f"These lines of the part become a function of their own:\n{selected}\nFind a"
                    f" name for it that says what it does, in {style(selection.language)},"
                    " different from all names that are there."
                ),
                form="name",
                regex=pattern(selection.language),
                placeholder=free_name("new_function", words_in(selection.text)),
            )
        function = around(selection)
        name = function.name if function else ""
        return Question(
            instruction=(
                f"Extract these lines of the part into a new function:\n{selected}\nAnswer with the"
                f" function `{name}`, which now calls the new function, and with the new function"
                " after it. Change nothing else, and keep all comments."
            )
        )

    def read(self, selection: Selection, target: Target, answer: str) -> Change | Refusal:
        """Make both functions, or take over what the model made of them."""
        parsed = selection.parsed
        if parsed is None:
            return Refusal("The language has no grammar here.")
        if selection.language != _PYTHON:
            return Change.replacing(
                selection.text, target.start, target.end, answer, language=selection.language
            )
        found = _found(parsed, selection)
        if found is None or found.reason:
            return Refusal("The selected code is not there any more.")
        # A method would stand among the attributes of its object.
        taken = words_in if found.receiver else names_in
        name = checked_name(selection, answer, taken(selection.text))
        if isinstance(name, Refusal):
            return name
        place, indent = _place(selection, parsed, found)
        function, call = _python(selection, found, name, indent)
        text = selection.text
        function = with_line_ends_of(_blank_lines_before(text, place, indent) + function, text)
        made = function + text[place : found.start] + call
        change = Change.replacing(text, place, found.end, made, language=selection.language)
        return replace(change, named=name)


def _found(parsed: Parsed, selection: Selection) -> Extraction | None:
    return extraction_of(parsed, selection.language, selection.start, selection.end)


def _shown(selection: Selection, found: Extraction) -> str:
    """Return what a title calls the part, which may be more than what is selected."""
    text = selection.text
    if selection.start <= found.start and found.end <= selection.end:
        return "the selected code"
    if found.is_expression:
        return f"`{in_one_line(text[found.start : found.end])}`"
    ends = re.compile(r"\r\n?|\n")
    first, last = (len(ends.findall(text[:at])) + 1 for at in (found.start, found.end))
    return f"line {first}" if first == last else f"lines {first} to {last}"


def _line_to(selection: Selection) -> str:
    """Return the selected text with the indentation of its first line."""
    start = selection.text.rfind("\n", 0, selection.start) + 1
    before = selection.text[start : selection.start]
    return selection.selected if before.strip() else before + selection.selected


def _place(selection: Selection, parsed: Parsed, found: Extraction) -> tuple[int, str]:
    """Return where the new function goes, and how far its head is indented.

    A method's goes before the method; any other before all that it is in, where names of the whole
    file are known.
    """
    function = found.around
    while not found.receiver and not function.top:
        outer = enclosing(parsed, max(function.start - 1, 0), function.end)
        if outer is None or outer.start >= function.start:
            break
        function = outer
    text = selection.text
    start = text.rfind("\n", 0, function.start) + 1
    indent = text[start : function.start]
    above = start
    while above > 0 and text.startswith(f"{indent}#", line := text.rfind("\n", 0, above - 1) + 1):
        above = line
    # What a comment says of a function stays with it; what stands at the top is the file's.
    return (above or start), indent


def _blank_lines_before(text: str, place: int, indent: str) -> str:
    """Return the empty lines that are missing before a new function; none behind a line's `:`."""
    above = text[:place].rstrip()
    if not above or above.endswith(":"):
        return ""
    return "\n" * ((1 if indent else 2) + 1 - len(re.findall("\n", text[len(above) : place])))


def _python(selection: Selection, found: Extraction, name: str, indent: str) -> tuple[str, str]:
    parameters = ", ".join(filter(None, (found.receiver, *found.inputs)))
    within = (
        (found.around.start, found.around.end) if found.around.name else (0, len(selection.text))
    )
    inner = indent + unit_of(selection.text, *within)
    body = _body(selection.text, found, inner)
    outputs = ", ".join(found.outputs)
    if found.is_expression:
        body = f"{inner}return {body.strip()}"
    elif outputs:
        body += f"\n{inner}return {outputs}"
    asynchronous, wait = ("async ", "await ") if found.waits else ("", "")
    owner = f"{found.receiver}." if found.receiver else ""
    call = f"{wait}{owner}{name}({', '.join(found.inputs)})"
    if found.is_expression and wait:
        call = f"({call})"
    if found.returns:
        call = f"return {call}"
    elif outputs and not found.is_expression:
        call = f"{outputs} = {call}"
    if found.world:
        body = f"{inner}global {', '.join(found.world)}\n{body}"
    blank = "\n" if found.receiver else "\n\n"
    return f"{indent}{asynchronous}def {name}({parameters}):\n{body}\n{blank}", call


def _body(text: str, found: Extraction, indent: str) -> str:
    """Return the extracted code, indented as a body; lines inside of strings would move too."""
    start = text.rfind("\n", 0, found.start) + 1
    before = text[start : found.start]
    code = re.sub(r"\r\n?", "\n", text[found.start : found.end].rstrip())
    if before.strip():
        return indent + code
    lines = (before + code).split("\n")
    return "\n".join(indent + line.removeprefix(before) if line.strip() else "" for line in lines)


EXTRACT_FUNCTION = ExtractFunction()
