"""The engine that end-to-end tests script; in a thread, as pytest-lsp has no async fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.fake_sglang import FakeSGLang
from support.prompts import PromptReader
from support.tokenizers import write_tokenizer


@pytest.fixture(scope="session")
def tokenizer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tokenizer(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="session")
def prompt_reader(tokenizer_folder: Path) -> PromptReader:
    return PromptReader(tokenizer_folder)


@pytest.fixture(scope="module")
def sglang_process(tokenizer_folder: Path) -> Iterator[FakeSGLang]:
    model = str(tokenizer_folder)
    with FakeSGLang(script=["x"], model_path=model, context_length=100_000) as engine:
        yield engine


@pytest.fixture
def sglang(sglang_process: FakeSGLang) -> Iterator[FakeSGLang]:
    """The engine, without what the test before this one left."""
    sglang_process.reset()
    yield sglang_process
    sglang_process.reset()
