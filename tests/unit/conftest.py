"""What unit tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.tokenizers import write_tokenizer


@pytest.fixture(scope="session")
def tokenizer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small real tokenizer that has DeepSeek's special tokens."""
    return write_tokenizer(tmp_path_factory.mktemp("tokenizer"))
