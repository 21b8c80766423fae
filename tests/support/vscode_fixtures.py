"""One VS Code with the extension, and one browser, for all tests that drive it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from support.vscode import CodeServer, chromium

if TYPE_CHECKING:
    from support.recorded_sessions import RecordedSessions


@pytest.fixture(scope="session")
def code_server(
    tmp_path_factory: pytest.TempPathFactory, recorded_sessions: RecordedSessions
) -> Iterator[CodeServer]:
    """The VS Code; the servers that it starts have its environment."""
    folder = tmp_path_factory.mktemp("code")
    with recorded_sessions.record(), CodeServer.start(folder) as server:
        yield server


@pytest.fixture(scope="session")
def browser(code_server: CodeServer) -> Iterator[Any]:
    """Playwright's browser."""
    with chromium() as browser:
        yield browser
