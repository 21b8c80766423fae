"""A key in the document itself is in no prompt, and in a suggestion as it is."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from fimls.backend.base import ModelInfo
from fimls.completion import CompletionService
from fimls.completion.prompt_layout import PromptLayout
from fimls.completion.served_model import ServedModel
from fimls.prompt import TEMPLATES, PromptBuilder, PromptTokenizer
from fimls.settings import Layer, Settings, resolve
from unit.completion.test_prompt_layout import at, shared
from unit.completion.test_service import ScriptedBackend

KEY = "9f8Gh2Kd0sLq7WzXe4Rt6YuI1oP3aBnM"
ABOVE = f'import os\n\nAPI_KEY = "{KEY}"\n\n\ndef f(x):\n'
BELOW = f'\n\nSECRET_TOKEN = "{KEY}2"\n'
MASK = r"\*\*\*[0-9a-f]{6}\*\*\*"


@pytest.fixture(scope="module")
def tokenizer(tokenizer_folder: Path) -> PromptTokenizer:
    return PromptTokenizer.load(str(tokenizer_folder))


def settings_with(engine: dict[str, str] | None = None, **tables: object) -> Settings:
    values = {"engine": engine or {}, **tables}
    settings, problems = resolve([Layer(name="test", values=values)])
    assert not problems
    return settings


def layout_of(tokenizer: PromptTokenizer, settings: Settings, template: str) -> PromptLayout:
    builder = PromptBuilder(next(t for t in TEMPLATES if t.name == template), tokenizer)
    info = ModelInfo(model_path="toy", tokenizer_path="toy", context_length=4096)
    return PromptLayout(ServedModel(info=info, builder=builder), settings)


@pytest.mark.parametrize("template", [each.name for each in TEMPLATES])
@pytest.mark.parametrize("layout", ["held", "whole"])
def test_it_is_in_no_prompt_of_any_template_but_on_the_cursors_line(
    tokenizer: PromptTokenizer, template: str, layout: str
) -> None:
    if not all(map(tokenizer.has_token, _tokens(template))):
        pytest.skip("the tokenizer has not the template's tokens")
    settings = settings_with(privacy={"mask_secrets": "always"}, prompt={"layout": layout})
    asked = layout_of(tokenizer, settings, template)
    for typed in ("    x", "    y = 1\n", f'    password = "{KEY}3"\n    z', f'  k = "{KEY}4"; w'):
        planned = asked.ask(at(ABOVE + typed, BELOW))
        prompts = [planned.prompt, *([planned.plain()] if planned.plain else [])]
        for prompt in filter(None, prompts):
            text = tokenizer.decode(list(prompt.input_ids))
            assert text.count(KEY) == (KEY + "4" in typed)
            assert re.search(MASK, text)
    beginning = asked.beginning(at(ABOVE, BELOW).document)
    assert beginning is None or KEY not in tokenizer.decode(list(beginning.input_ids))


def _tokens(template: str) -> list[str]:
    layout = next(t for t in TEMPLATES if t.name == template).layout
    return [each for each in layout if isinstance(each, str)]


@pytest.mark.parametrize(
    ("engine", "mask", "hidden"),
    [
        ({}, "hosted", False),
        ({"privacy": "team"}, "hosted", False),
        ({"privacy": "hosted"}, "hosted", True),
        ({"privacy": "hosted"}, "never", False),
        ({}, "always", True),
    ],
)
def test_by_default_only_a_hosted_engine_does_not_read_it(
    tokenizer: PromptTokenizer, engine: dict[str, str], mask: str, hidden: bool
) -> None:
    settings = settings_with(engine, privacy={"mask_secrets": mask})
    prompt = layout_of(tokenizer, settings, "deepseek").ask(at(ABOVE, BELOW)).prompt
    assert (KEY not in tokenizer.decode(list(prompt.input_ids))) == hidden
    assert Settings().privacy.mask_secrets == "hosted"


def test_while_one_types_prompts_only_grow_at_their_end(tokenizer: PromptTokenizer) -> None:
    layout = layout_of(tokenizer, settings_with(privacy={"mask_secrets": "always"}), "deepseek")
    typed = "    y = os.environ\n    return y"
    prompts = [
        layout.ask(at(ABOVE + typed[:keys], BELOW)).prompt.input_ids for keys in range(len(typed))
    ]
    for before, after in pairwise(prompts):
        assert shared(before, after) >= len(prompts[0])


async def test_a_suggestion_has_it_as_it_is_and_a_mask_of_elsewhere_stays(
    tokenizer_folder: Path,
) -> None:
    settings = settings_with(
        privacy={"mask_secrets": "always"},
        model={"tokenizer": str(tokenizer_folder), "template": "deepseek"},
    )
    backend = ScriptedBackend("")
    service = CompletionService(backend=backend, settings=settings)
    query = at(ABOVE + "    call(", BELOW)
    shown = await service.prompt(query)
    assert shown is not None
    own = re.findall(MASK, shown.text)[0]
    for said, meant in ((own, KEY), ("***abcdef***", "***abcdef***"), ("***", "***")):
        backend.script = (f'{shown.fragment}"', said[:4], said[4:], '")\n')
        service.forget(query.document.uri)
        [made] = await service.complete(query)
        assert made.text == f'"{meant}")'
    assert len(backend.requests) == 3
    await service.aclose()
