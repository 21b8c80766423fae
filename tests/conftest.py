"""What every test gets: a worker, Hypothesis profiles, an environment without secrets."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from support.workers import REAL_PROGRAMS, ByFile

if TYPE_CHECKING:
    from support.recorded_sessions import RecordedSessions

pytest_plugins = ["support.reaper", "support.vscode_fixtures"]

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=500, deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

_PRIVATE = ("FIMLS_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Begin with what takes longest, in the order of the collection."""
    config.option.loadscopereorder = False
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]):
    """Begin with what takes longest."""
    items.sort(key=lambda item: item.nodeid.startswith(REAL_PROGRAMS), reverse=True)


@pytest.fixture(autouse=True, scope="session")
def _no_private_environment(tmp_path_factory: pytest.TempPathFactory):
    """Keep the user's keys, proxies and settings file away from tests and their child processes."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.upper().startswith(_PRIVATE):
                patch.delenv(name)
        for name in ("XDG_CONFIG_HOME", "APPDATA"):
            patch.setenv(name, str(tmp_path_factory.mktemp("config")))
        yield


@pytest.fixture(scope="session")
def recorded_sessions(tmp_path_factory: pytest.TempPathFactory) -> RecordedSessions:
    """What real editors and their servers say to each other."""
    from support.recorded_sessions import RecordedSessions

    return RecordedSessions(tmp_path_factory.mktemp("sessions"))


@pytest.fixture(autouse=True)
def _contract(request: pytest.FixtureRequest):
    """Fail a test in which a server broke the protocol, or what its client announced."""
    if request.node.get_closest_marker("editor"):
        sessions: RecordedSessions = request.getfixturevalue("recorded_sessions")
        with sessions.record():
            yield
        sessions.check()
    else:
        yield
    contract = sys.modules.get("support.contract")
    if contract is not None:
        found, contract.VIOLATIONS[:] = contract.VIOLATIONS[:], []
        assert not found, "\n".join(found)
