"""What every test gets: a worker, Hypothesis profiles, an environment without secrets."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["support.vscode_fixtures"]

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=500, deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

_PRIVATE = ("FIMLS_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")

_SERIAL = ("engine", "editors")
"""Folders whose tests take real engines and editors: one worker runs them, one by one."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]):
    """Begin with what takes longest, and let one worker have all tests of a file."""
    here = Path(__file__).parent

    def serial(item: pytest.Item) -> bool:
        return item.path.relative_to(here).parts[0] in _SERIAL

    items.sort(key=serial, reverse=True)
    for item in items:
        group = "real programs" if serial(item) else os.fspath(item.path.relative_to(here))
        item.add_marker(pytest.mark.xdist_group(group))


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


@pytest.fixture(autouse=True)
def _contract():
    """Fail a test in which a server broke the protocol, or what its client announced."""
    yield
    contract = sys.modules.get("support.contract")
    if contract is not None:
        found, contract.VIOLATIONS[:] = contract.VIOLATIONS[:], []
        assert not found, "\n".join(found)
