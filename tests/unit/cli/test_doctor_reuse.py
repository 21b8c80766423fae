"""What `fimls doctor` says of an engine's cache is what the engine counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from fimls.backend.sglang import SGLangBackend
from fimls.cli.check_result import CheckResult
from fimls.cli.doctor_reuse import reuse
from fimls.completion.served_model import load_served_model
from fimls.prompt import PromptTokenizer
from fimls.settings import ModelSettings
from support.fake_sglang import FakeSGLang
from support.tokenizers import write_tokenizer

NO_CACHE = 10**6
"""Tokens of a page that no prompt fills."""


async def found(folder: Path, page_size: int) -> tuple[CheckResult, int | None]:
    write_tokenizer(folder)
    with FakeSGLang(folder, script=["x"], page_size=page_size, context_length=100_000) as engine:
        backend = SGLangBackend(engine.url)
        try:
            served = await load_served_model(backend, ModelSettings(), PromptTokenizer.load)
            return await reuse(backend, served), served.info.can.granularity
        finally:
            await backend.aclose()


async def test_a_cache_of_tokens_is_fine(tmp_path: Path) -> None:
    result, granularity = await found(tmp_path, 1)
    assert (result.state, result.remedy, granularity) == ("ok", "", 1)


async def test_large_pages_are_told_with_the_option_to_change(tmp_path: Path) -> None:
    result, granularity = await found(tmp_path, 256)
    assert granularity == 256
    assert result.state == "note"
    assert "whole pages" in result.says
    assert "--page-size 1" in result.remedy


async def test_a_cache_that_keeps_nothing_is_told(tmp_path: Path) -> None:
    result, _ = await found(tmp_path, NO_CACHE)
    assert result.state == "note"
    assert "nothing of a prompt is kept" in result.says
    assert "--disable-radix-cache" in result.remedy


@pytest.mark.parametrize("page_size", [1, 16, 64])
async def test_it_counts_what_the_pages_leave(tmp_path: Path, page_size: int) -> None:
    """New tokens are 1 + ((prompt - 1) mod page size)."""
    result, _ = await found(tmp_path, page_size)
    new, _, prompt, *_ = result.says.replace(",", "").split()
    assert int(new) >= 1 + (int(prompt) - 1) % page_size
    assert int(new) <= page_size + 8
