"""One VS Code with the extension, and one browser, for all tests that drive it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from support.vscode import UNTIL, CodeServer, chromium

if TYPE_CHECKING:
    from support.recorded_sessions import RecordedSessions


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what would make the tests in a real VS Code take longer than they may."""
    if "code_server" in getattr(item, "fixturenames", ()) and time.time() > UNTIL:
        pytest.skip("the time for tests in a real VS Code is over: FIMLS_VSCODE_UNTIL says when")


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
