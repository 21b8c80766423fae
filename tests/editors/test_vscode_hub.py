"""The extension and a hub, the real one, at each kind of address that it connects to."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from fimls.hub.tokens import Tokens
from support.fake_sglang import FakeSGLang
from support.hub import write_settings

from .conftest import OpenWindow

pytestmark = pytest.mark.editor


@pytest.mark.parametrize(
    ("address", "first"),
    [
        ("unix:{}/hub.sock", "ready"),  # the kernel says who it is
        ("tcp://127.0.0.1:0", "unauthorised"),
        ("ws://127.0.0.1:0", "unauthorised"),
    ],
)
def test_a_hub_that_knows_its_users(
    vscode: OpenWindow, file: Path, sglang: FakeSGLang, tmp_path: Path, address: str, first: str
):
    file.write_text("", encoding="utf-8")
    sglang.script = ["value"]
    settings = write_settings(tmp_path / "hub.toml", sglang.url, require_token=True)
    _, token = Tokens(tmp_path / "tokens.json", clock=time.time).create("alice")

    with hub(settings, address.format(tmp_path)) as listens:
        connect = {"fimls.connect": listens, "editor.quickSuggestions": "off"}
        with vscode(file, "", connect, ready=first) as window:
            window.command("fimls: Set the Token for a Shared Server")
            window.fill("fimls_wrong")
            window.until(lambda: window.state == "unauthorised", "it is refused")
            window.command("fimls: Set the Token for a Shared Server")
            window.fill(token)
            window.until(lambda: window.state == "ready", "it is let in")
            window.focus()
            window.type("x = ")
            window.until(lambda: window.ghost == "value", "ghost text")
            window.keys("Tab")
            window.until(lambda: window.text == "x = value", "the text")
            assert window.notices == []


@pytest.mark.parametrize("scheme", ["tls", "wss"])
def test_a_certificate_of_ones_own(
    vscode: OpenWindow, file: Path, sglang: FakeSGLang, tmp_path: Path, scheme: str
):
    file.write_text("", encoding="utf-8")
    sglang.script = ["value"]
    authority = trustme.CA()
    certificate, key, ca = (tmp_path / name for name in ("cert.pem", "key.pem", "ca.pem"))
    leaf = authority.issue_cert("localhost")
    leaf.private_key_pem.write_to_path(key)
    certificate.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    authority.cert_pem.write_to_path(ca)
    settings = write_settings(
        tmp_path / "hub.toml", sglang.url, tls_certificate=str(certificate), tls_key=str(key)
    )
    with hub(settings, f"{scheme}://127.0.0.1:0") as listens:
        connect = {
            "fimls.connect": listens.replace("127.0.0.1", "localhost"),
            "editor.quickSuggestions": "off",
        }
        with vscode(file, "", connect, ready="no server") as window:
            window.until(lambda: "fimls.ca" in window.why, "the remedy")
        with vscode(file, "", {**connect, "fimls.ca": str(ca)}) as window:
            window.focus()
            window.type("x = ")
            window.until(lambda: window.ghost == "value", "ghost text")


def test_the_doctor_asks_the_hub_that_is_set(
    vscode: OpenWindow, file: Path, sglang: FakeSGLang, tmp_path: Path
):
    file.write_text("", encoding="utf-8")
    settings = write_settings(tmp_path / "hub.toml", sglang.url, require_token=True)
    with (
        hub(settings, "tcp://127.0.0.1:0") as listens,
        vscode(file, "", {"fimls.connect": listens}, ready="unauthorised") as window,
    ):
        window.command("fimls: Check Installation and Engine")
        window.until(lambda: window.terminal_says("This hub needs a token"), "it")


@contextmanager
def hub(settings: Path, address: str) -> Iterator[str]:
    """Start ``fimls hub``; yields the address at which it listens."""
    command = [sys.executable, "-m", "fimls", "hub", "--config", str(settings), address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
