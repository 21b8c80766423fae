from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from fimls.errors import ConfigurationError
from fimls.hub.hub_address import HubAddress, default_socket


@pytest.mark.parametrize(
    ("text", "here", "encrypted", "websocket"),
    [
        ("unix:/run/fimls.sock", True, False, False),
        ("tcp://127.0.0.1:7000", True, False, False),
        ("tcp://localhost:7000", True, False, False),
        ("tcp://[::1]:7000", True, False, False),
        ("tcp://[::ffff:127.0.0.1]:7000", True, False, False),
        ("tcp://0.0.0.0:7000", False, False, False),
        ("tcp://[::]:7000", False, False, False),
        ("tcp://gpu.example:7000", False, False, False),
        ("tls://10.0.0.1:7000", False, True, False),
        ("ws://127.0.0.1:7000/fimls", True, False, True),
        ("wss://gpu.example:443", False, True, True),
    ],
)
def test_addresses(text: str, *, here: bool, encrypted: bool, websocket: bool):
    address = HubAddress.parse(text)
    assert str(address) == text
    assert (address.on_this_machine, address.encrypted, address.websocket) == (
        here,
        encrypted,
        websocket,
    )


def test_a_unix_socket_has_a_place_of_its_own():
    assert HubAddress.parse("unix:").path == str(default_socket())


@pytest.mark.parametrize("kind", ["open to others", "a link of another's", "another's", "a file"])
def test_a_folder_that_is_not_this_users_alone_has_no_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
):
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = tmp_path / f"fimls-{os.getuid()}"
    assert default_socket() == folder / "fimls.sock"
    own = tmp_path / "own"
    own.mkdir(mode=0o700)
    if kind == "a file":
        folder.touch()
    elif kind == "open to others":
        folder.mkdir()
        folder.chmod(0o777)
    elif os.getuid() != 0:
        pytest.skip("only root makes what is another's")
    elif kind == "another's":
        folder.mkdir(mode=0o700)
        os.chown(folder, 4002, 4002)
    else:
        folder.symlink_to(own)
        os.chown(folder, 4002, 4002, follow_symlinks=False)
    with pytest.raises(ConfigurationError, match="belongs to somebody else"):
        default_socket()


@pytest.mark.parametrize(
    "text",
    ["", "unix", "7000", "localhost:7000", "tcp://h", "tcp://:70", "http://h:1", "tcp://h:99999"],
)
def test_what_is_none(text: str):
    with pytest.raises(ConfigurationError, match="is not an address of a hub"):
        HubAddress.parse(text)
