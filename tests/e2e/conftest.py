"""The engine that end-to-end tests script; in a thread, as pytest-lsp has no async fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.fake_sglang import FakeSGLang
from support.prompts import PromptReader
from support.tokenizers import write_tokenizer
from support.watchdog import watching

_IN_CHILD = Path(__file__).parent.parent / "support" / "in_child"


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


@pytest.fixture(autouse=True)
def _watched() -> Iterator[None]:
    """Fail a test in which a callback of a server in this process took too long."""
    found = list[str]()

    def report(seconds: float, name: str) -> None:
        found.append(f"{seconds * 1e3:.0f} ms: {name}")

    with watching(report, product_only=True):
        yield
    assert not found, "\n".join(found)


@pytest.fixture(autouse=True, scope="session")
def _watchdog_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Have every server that a test or its module starts watched; returns where it reports."""
    file = tmp_path_factory.mktemp("watchdog") / "found.txt"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WATCHDOG_FILE", str(file))
        patch.setenv("PYTHONPATH", str(_IN_CHILD))
        yield file


@pytest.fixture(autouse=True)
def _watched_children(_watchdog_file: Path) -> Iterator[None]:
    """The same for servers that run in processes of their own."""
    yield
    if _watchdog_file.exists():
        found = _watchdog_file.read_text("utf-8")
        _watchdog_file.unlink()
        pytest.fail(found)
