"""Where a prompt has what other files say, by the form of prompts: what changes moves the least."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

import pytest

from fimls.backend.base import ModelInfo
from fimls.completion import Query
from fimls.completion.prompt_layout import PromptLayout
from fimls.completion.served_model import ServedModel
from fimls.context import Snippet
from fimls.prompt import PromptBuilder, PromptTokenizer
from fimls.prompt.estimated_tokenizer import EstimatedTokenizer
from fimls.prompt.fim_template import TEMPLATES, FimTemplate, Slot
from fimls.prompt.prompt_builder import Builder
from fimls.prompt.text_builder import SuffixBuilder, TextBuilder
from fimls.settings import Settings
from fimls.text import Document, Point, Text
from support.editing import SOURCE

ABOVE = "".join(f"above_{n} = {n}\n" for n in range(20))
BELOW = "".join(f"below_{n} = {n}\n" for n in range(20))
ONE = Snippet(path="a.py", text="def one(): ...", score=1.0, reason="definitions")
OTHER = Snippet(path="b.py", text="def other(): ...", score=1.0, reason="definitions")


def query(*snippets: Snippet) -> Query:
    text = Text.parse(f"{ABOVE}one(\n{BELOW}")
    document = Document(uri="file:///x.py", language_id="python", version=1, text=text)
    return Query(document=document, cursor=Point(20, 4), snippets=snippets)


def asked(builder: Builder, *snippets: Snippet) -> str:
    """Return a prompt as one text, in the order in which an engine reads it."""
    info = ModelInfo(model_path="model", tokenizer_path="", context_length=8_192)
    layout = PromptLayout(ServedModel(info=info, builder=builder), Settings())
    return builder.shown(layout.ask(query(*snippets)).prompt)


def common(one: str, other: str) -> str:
    pairs = zip(one, other, strict=False)
    return "".join(a for a, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def ends_with_prefix(template: FimTemplate) -> bool:
    return template.layout[-1] is Slot.PREFIX


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.name)
def test_a_template_has_it_behind_all_that_stays_and_nowhere_else(template: FimTemplate) -> None:
    builder = TextBuilder(template, EstimatedTokenizer())
    without, one, other = asked(builder), asked(builder, ONE), asked(builder, OTHER)

    assert one.count("# def one(): ...\n") == 1
    block = one[len(common(one, without)) :]
    block = block[: len(one) - len(without)]
    assert one.replace(block, "", 1) == without
    stays = common(one, other)
    if Slot.SUFFIX in template.layout:
        assert BELOW in stays
    assert (ABOVE in stays) == (not ends_with_prefix(template))
    if ends_with_prefix(template):
        assert one.index("# def one") < one.index(ABOVE)
    assert one.endswith(("one(", "one"))


def test_of_token_ids_all_before_it_is_the_same() -> None:
    tokenizer = PromptTokenizer.load(str(SOURCE / "engine/embedded"))
    for name in ("embedded", "prefix-only"):
        template = next(each for each in TEMPLATES if each.name == name)
        without, one = (asked(PromptBuilder(template, tokenizer), *part) for part in ((), (ONE,)))
        assert "# a.py\n# def one(): ...\n" in one
        assert one.replace("# a.py\n# def one(): ...\n", "", 1).replace("\n\n", "\n") == (
            without.replace("\n\n", "\n")
        )


def test_an_engine_that_lays_out_both_itself_has_it_behind_what_follows() -> None:
    builder = SuffixBuilder(EstimatedTokenizer())
    info = ModelInfo(model_path="model", tokenizer_path="", context_length=8_192)
    layout = PromptLayout(ServedModel(info=info, builder=builder), Settings())
    without, one = (layout.ask(query(*part)).prompt for part in ((), (ONE,)))
    assert one.suffix == f"{without.suffix}\n# a.py\n# def one(): ...\n"
    assert replace(one, suffix=without.suffix) == without
