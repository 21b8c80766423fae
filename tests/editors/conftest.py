"""The engine that editor tests script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.fake_sglang import FakeSGLang
from support.tokenizers import write_tokenizer


@pytest.fixture(scope="session")
def tokenizer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tokenizer(tmp_path_factory.mktemp("model"))


@pytest.fixture
def sglang(tokenizer_folder: Path) -> Iterator[FakeSGLang]:
    with FakeSGLang(script=[], model_path=str(tokenizer_folder)) as engine:
        yield engine
