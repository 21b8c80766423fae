"""One VS Code with the extension, and one browser, for all tests that drive it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.vscode import CodeServer, chromium


@pytest.fixture(scope="session")
def code_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CodeServer]:
    """The VS Code."""
    with CodeServer.start(tmp_path_factory.mktemp("code")) as server:
        yield server


@pytest.fixture(scope="session")
def browser(code_server: CodeServer) -> Iterator[Any]:
    """Playwright's browser."""
    with chromium() as browser:
        yield browser
