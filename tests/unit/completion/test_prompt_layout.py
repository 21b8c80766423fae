"""Prompts of a hold grow at their end only, and a hold ends when what it froze has changed."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimls.backend.base import ModelInfo
from fimls.completion import Query
from fimls.completion.prompt_layout import PromptLayout
from fimls.completion.served_model import ServedModel
from fimls.prompt import TEMPLATES, PromptBuilder, PromptTokenizer
from fimls.settings import Layer, resolve
from fimls.text import Document, Point, Text

ABOVE = "import os\n\n\ndef f(x):\n"
BELOW = "\n\ndef g(y):\n    return y\n"


@pytest.fixture(scope="module")
def tokenizer(tokenizer_folder: Path) -> PromptTokenizer:
    return PromptTokenizer.load(str(tokenizer_folder))


def layout_of(
    tokenizer: PromptTokenizer, template: str = "deepseek", **prompt: object
) -> PromptLayout:
    builder = PromptBuilder(next(t for t in TEMPLATES if t.name == template), tokenizer)
    info = ModelInfo(model_path="toy", tokenizer_path="toy", context_length=4096)
    settings, problems = resolve([Layer(name="test", values={"prompt": prompt})])
    assert not problems
    return PromptLayout(ServedModel(info=info, builder=builder), settings)


def at(before: str, after: str = BELOW, uri: str = "file:///a.py") -> Query:
    lines = Text.parse(before).lines
    return Query(
        document=Document(
            uri=uri, language_id="python", version=1, text=Text.parse(before + after)
        ),
        cursor=Point(len(lines) - 1, len(lines[-1])),
    )


def typed_into(layout: PromptLayout, typed: str) -> list[tuple[int, ...]]:
    return [layout.ask(at(ABOVE + typed[:keys])).prompt.input_ids for keys in range(len(typed) + 1)]


def shared(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )


def test_prompts_only_grow_at_the_end_while_one_types(tokenizer: PromptTokenizer) -> None:
    prompts = typed_into(layout_of(tokenizer), "    total = x + 1\n    return total * 2")

    fixed = len(prompts[0])
    for before, after in pairwise(prompts):
        assert shared(before, after) >= fixed
        # What differs is the last word, which tokenizes anew as it ends.
        assert len(after) - shared(before, after) <= 8


def test_whole_prompts_read_the_suffix_again_for_every_key(tokenizer: PromptTokenizer) -> None:
    """The difference the hold makes."""
    held = typed_into(layout_of(tokenizer), "    total = x")
    whole = typed_into(layout_of(tokenizer, layout="whole"), "    total = x")

    def read_again(prompts: list[tuple[int, ...]]) -> int:
        pairs = pairwise(prompts)
        return sum(len(after) - shared(before, after) for before, after in pairs)

    assert read_again(held) * 4 < read_again(whole)


def test_the_prompt_ends_at_the_word_and_the_rest_is_the_fragment(
    tokenizer: PromptTokenizer,
) -> None:
    asked = layout_of(tokenizer).ask(at(ABOVE + "    return to"))

    text = tokenizer.decode(asked.prompt.input_ids)
    assert text.endswith("<｜fim▁end｜>    return")
    assert asked.fragment == " to"
    assert f"<｜fim▁begin｜>{ABOVE}<｜fim▁hole｜>{BELOW}<｜fim▁end｜>" in text


@pytest.mark.parametrize(
    ("before", "after", "fresh"),
    [
        pytest.param(ABOVE + "    ret", BELOW, False, id="more-typed"),
        pytest.param(ABOVE + "    x = 1\n    y", BELOW, False, id="next-line"),
        pytest.param(ABOVE + "", BELOW, False, id="all-deleted"),
        pytest.param(ABOVE + "    f(", ")" + BELOW, False, id="editor-closed-a-bracket"),
        pytest.param(ABOVE + "    f(", " + 1" + BELOW, True, id="text-put-behind-the-cursor"),
        pytest.param(ABOVE[:-1], BELOW, True, id="cursor-left-upwards"),
        pytest.param(ABOVE + "    re" + BELOW + "\n", "z = 1\n", True, id="cursor-left-downwards"),
        pytest.param("import re\n\n\ndef f(x):\n    r", BELOW, True, id="a-line-above-changed"),
        pytest.param(ABOVE + "    r", BELOW.replace("y", "z"), True, id="a-line-below-changed"),
        pytest.param("\n" + ABOVE + "    r", BELOW, True, id="a-line-was-put-above"),
        pytest.param(ABOVE + "a + b\n" * 300, BELOW, True, id="too-much-typed"),
    ],
)
def test_when_the_hold_is_set_anew(
    tokenizer: PromptTokenizer, before: str, after: str, fresh: bool
) -> None:
    layout = layout_of(tokenizer)
    first = layout.ask(at(ABOVE + "    re")).prompt.input_ids
    end = first.index(tokenizer.token_id("<｜fim▁end｜>")) + 1

    asked = layout.ask(at(before, after)).prompt.input_ids

    assert (asked[:end] != first[:end]) is fresh


def test_documents_have_holds_of_their_own(tokenizer: PromptTokenizer) -> None:
    layout = layout_of(tokenizer)
    one = layout.ask(at(ABOVE + "    a")).prompt.input_ids
    layout.ask(at("z = 1\n", uri="file:///b.py"))

    assert layout.ask(at(ABOVE + "    a")).prompt.input_ids == one


def test_an_endless_line_is_laid_out_whole(tokenizer: PromptTokenizer) -> None:
    layout = layout_of(tokenizer, prefix_tokens=64, suffix_tokens=16)

    asked = layout.ask(at("x = [" + "1, " * 500, ""))

    assert asked.fragment == ""
    assert asked.prompt.input_ids[-1] == tokenizer.token_id("<｜fim▁end｜>")
    assert len(asked.prompt.input_ids) <= 64 + 16 + 4


def test_a_template_that_ends_with_the_prefix_is_laid_out_whole(
    tokenizer: PromptTokenizer,
) -> None:
    asked = layout_of(tokenizer, "prefix-only").ask(at(ABOVE + "    re"))

    assert asked.fragment == ""
    assert tokenizer.decode(asked.prompt.input_ids).endswith("    re")


@pytest.mark.parametrize(
    ("typed", "fragment"),
    [
        pytest.param("", "", id="nothing-typed"),
        pytest.param("        ", " ", id="indentation-stays-but-for-its-last-blank"),
        pytest.param("        el", " el", id="indented-word"),
        pytest.param("    return ", " ", id="blank"),
        pytest.param("    x = f(", "(", id="opened-bracket"),
        pytest.param('    x = "', ' "', id="opened-quote"),
        pytest.param('    x = "some te', " te", id="inside-a-string"),
        pytest.param("    # some te", " te", id="inside-a-comment"),
        pytest.param("    x = y.ap", "ap", id="attribute"),
        pytest.param("    x = 12", " 12", id="number"),
        pytest.param("    # 变量的", " 变量的", id="chinese"),
        pytest.param("    x = 1\n", "", id="line-end"),
        pytest.param("    x = 1\r\n\t", "\t", id="tab"),
    ],
)
def test_what_is_cut_off_is_the_last_piece_of_the_line(
    tokenizer: PromptTokenizer, typed: str, fragment: str
) -> None:
    assert layout_of(tokenizer).ask(at(ABOVE + typed)).fragment == fragment


def test_the_plain_prompt_is_the_same_text_without_a_hold(tokenizer: PromptTokenizer) -> None:
    asked = layout_of(tokenizer).ask(at(ABOVE + "    ret"))

    assert asked.plain is not None
    plain = asked.plain()
    assert plain is not None
    text = tokenizer.decode(plain.input_ids)
    assert f"<｜fim▁begin｜>{ABOVE}    ret<｜fim▁hole｜>{BELOW}<｜fim▁end｜>" in text


@pytest.mark.parametrize(
    ("typed", "plainly"),
    [
        pytest.param("    return to", True, id="word"),
        pytest.param("    return x_", True, id="underscore"),
        pytest.param("    return ", False, id="blank"),
        pytest.param("    if x ==", False, id="operator"),
        pytest.param("    return (", False, id="bracket"),
        pytest.param('    raise ValueError("not a num', False, id="string"),
        pytest.param("    # the num", False, id="comment"),
        pytest.param('    """Return the\n    num', False, id="docstring"),
        pytest.param('    f("a") + to', True, id="behind-a-string"),
    ],
)
def test_only_words_of_code_are_asked_for_plainly(
    tokenizer: PromptTokenizer, typed: str, plainly: bool
) -> None:
    asked = layout_of(tokenizer).ask(at(ABOVE + typed))

    assert asked.plain is not None
    assert (asked.plain() is not None) is plainly


def test_the_embedded_model_cannot_be_asked_plainly(tokenizer: PromptTokenizer) -> None:
    asked = layout_of(tokenizer, "embedded").ask(at(ABOVE + "    ret"))

    assert asked.fragment == " ret"
    assert asked.plain is None


lines = st.lists(st.sampled_from(["a = 1\n", "    b(c)\r\n", "\n", "😀\n", "\f\n"]), max_size=30)


@given(lines, lines, st.text(st.sampled_from("ab (.\n\t😀é"), max_size=30))
def test_prompt_and_fragment_together_are_the_text_before_the_cursor(
    tokenizer: PromptTokenizer, above: list[str], below: list[str], typed: str
) -> None:
    before, after = "".join(above) + typed, "".join(below)

    asked = layout_of(tokenizer).ask(at(before, after))

    text = tokenizer.decode(asked.prompt.input_ids) + asked.fragment
    held, _, rest = text.removeprefix("<｜begin▁of▁sentence｜><｜fim▁begin｜>").partition(
        "<｜fim▁hole｜>"
    )
    suffix, _, middle = rest.partition("<｜fim▁end｜>")
    assert held + middle == before
    assert suffix == after
