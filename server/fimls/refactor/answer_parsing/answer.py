"""What of a model's text is the answer."""

from __future__ import annotations

import re

from fimls.refactor.action import Question, Refusal, Target
from fimls.refactor.answer_parsing.code_fences import code_in
from fimls.refactor.answer_parsing.indentation import fitted
from fimls.refactor.answer_parsing.omitted_code import omitted_code
from fimls.refactor.answer_parsing.prompt_leaks import leak, without_end_marks
from fimls.refactor.answer_parsing.repeated_neighbours import without_neighbours
from fimls.refactor.answer_parsing.search_replace import apply_blocks
from fimls.refactor.selection import Selection


def read_answer(
    answer: str, selection: Selection, target: Target, question: Question
) -> str | Refusal:
    """Return the answer in the form that was asked for, or why there is none.

    Code comes without the fences and the prose around it, with the file's line ends, and indented
    like the part that it is to replace. What is put there without the model having meant it, or
    without it having been finished, is refused: special tokens, an echo of the question, comments
    in the place of code, blocks that have no end.

    Args:
        answer: all that the model wrote.
        selection: what it was asked about.
        target: the part that it was asked about.
        question: what it was asked.
    """
    text = without_end_marks(re.sub(r"\r\n?", "\n", answer))
    if not text.strip():
        return Refusal("The answer is empty.")
    if excuse := _EXCUSE.match(text):
        return Refusal(f"The model says that it does not do it: `{excuse.group().strip()} …`.")
    part = selection.text[target.start : target.end]
    form = question.form
    if form == "name":
        return _name(text)
    if form in ("replacement", "file"):
        code = code_in(text, selection.language)
        if isinstance(code, Refusal):
            return code
        text = (
            code
            if form == "file"
            else fitted(without_neighbours(code, selection, target), selection, target)
        )
    elif form == "blocks":
        applied = apply_blocks(text, selection, target)
        if isinstance(applied, Refusal):
            return applied
        text = applied
    else:
        text = text.strip()
    if problem := leak(text, selection, question.instruction, form):
        return Refusal(problem)
    if form not in ("docstring", "prose") and (problem := omitted_code(text, part)):
        return Refusal(problem)
    return text


_EXCUSE = re.compile(
    r"\s*(?:I(?:'m|’m| am) (?:sorry|unable|not able|an AI)|I can(?:not|'t|’t)|Sorry[,.!]|As an AI"
    r"|Unfortunately,|I apologi[sz]e)[^\n.]{0,40}"
)


def _name(text: str) -> str | Refusal:
    """Return the one identifier that is meant."""
    text = text.strip()
    if _NAME.fullmatch(text):
        return text
    marked = set(re.findall(r"`([^`\n]*)`", text.replace("```", ""))) or {text.strip("'\"*.: ")}
    if len(marked) == 1 and _NAME.fullmatch(name := marked.pop()):
        return name
    return Refusal("The answer is not one identifier.")


_NAME = re.compile(r"[^\W\d]\w*|[$@]{1,2}[^\W\d]\w*|[^\W\d]\w*[?!]")
