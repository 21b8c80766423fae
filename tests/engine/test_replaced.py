"""A real engine that is replaced by another one again and again, under editors that are idle.

SGLang ends with all of its processes at an id beyond its vocabulary, and reads any other id as the
token that it has there: what editors send first must be ids of the model that is served now.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tokenizers import Tokenizer

from fimls.engine.embedded import embedded_model_path
from fimls.engine.preset import load_preset
from support.other_models import write_renumbered_model, write_smaller_model
from support.replaced_engines import BEFORE, replaced

pytestmark = pytest.mark.engine


@pytest.mark.timeout(900)  # an engine starts four times
async def test_the_first_keystroke_after_a_swap_is_answered_right_and_the_engine_lives(
    tmp_path: Path,
):
    """The vocabulary becomes smaller, has other ids of the same number, and becomes larger."""
    pytest.importorskip("sglang", reason="SGLang is installed by the extra `serve`")
    embedded = embedded_model_path()
    smaller = write_smaller_model(tmp_path / "smaller")
    equal = write_renumbered_model(tmp_path / "equal")
    sizes = [Tokenizer.from_file(file_of(each)).get_vocab_size() for each in (smaller, equal)]
    assert max(ids_of(BEFORE, embedded)) >= sizes[0] == sizes[1]
    assert not set(ids_of(BEFORE, smaller)[1:]) & set(ids_of(BEFORE, equal)[1:])
    preset = load_preset("embedded")
    served = [(preset, each) for each in (embedded, smaller, equal, embedded)]
    async for first in replaced(served, tmp_path, editors=10):
        assert first.alive
        alone, at_hub = first.right
        assert alone
        assert at_hub
        assert first.answers == [alone, *[at_hub] * 10]


def ids_of(text: str, model: Path) -> list[int]:
    return Tokenizer.from_file(file_of(model)).encode(text).ids


def file_of(model: Path) -> str:
    return str(model / "tokenizer.json")
