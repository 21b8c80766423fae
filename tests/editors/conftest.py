"""The engine that editor tests script, and the editors they drive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from support.fake_sglang import FakeSGLang
from support.neovim import OTHER, Neovim, Open, nvim_command, other_nvim_command
from support.tokenizers import write_tokenizer
from support.vscode import CodeServer, Window

OpenWindow = Callable[..., AbstractContextManager[Window]]


@pytest.fixture(scope="session")
def tokenizer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tokenizer(tmp_path_factory.mktemp("model"))


@pytest.fixture
def sglang(tokenizer_folder: Path) -> Iterator[FakeSGLang]:
    with FakeSGLang(script=[], model_path=str(tokenizer_folder)) as engine:
        yield engine


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file in a project; the test writes it."""
    (tmp_path / ".git").mkdir()
    return tmp_path / "a.py"


@pytest.fixture(params=["nvim", "FIMLS_NVIM"] if OTHER else ["nvim"])
def neovim(request: pytest.FixtureRequest) -> Open:
    """`Neovim.open` for the Neovim of this environment, and for another one where one is named."""
    command = nvim_command() if request.param == "nvim" else other_nvim_command()
    return partial(Neovim.open, command=command)


@pytest.fixture
def vscode(code_server: CodeServer, browser: Any) -> OpenWindow:
    """`Window.open` for it."""
    return partial(Window.open, browser, code_server)
