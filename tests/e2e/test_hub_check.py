"""`fimls hub --check`: what would happen is said before it does, and nothing is changed."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import trustme

from fimls.hub.tokens import Tokens
from support.fake_sglang import FakeSGLang
from support.hub import write_settings


def check(settings: Path, *addresses: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "fimls", "hub", "--check", "--config", str(settings)]
    done = subprocess.run([*command, *addresses], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout


def write_certificate(folder: Path, **how: datetime.datetime) -> dict[str, str]:
    leaf = trustme.CA().issue_cert("box.example.org", **how)
    chain, key = folder / "certificate.pem", folder / "key.pem"
    chain.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    leaf.private_key_pem.write_to_path(key)
    return {"tls_certificate": str(chain), "tls_key": str(key)}


def test_a_hub_that_would_start(tmp_path: Path, tokenizer_folder: Path):
    with FakeSGLang(script=["1"], model_path=str(tokenizer_folder)) as engine:
        hub = write_certificate(tmp_path)
        settings = write_settings(tmp_path / "hub.toml", engine.url, **hub)
        Tokens(tmp_path / "tokens.json", clock=time.time).create("alice")
        before = {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()}

        code, said = check(settings, "tls://0.0.0.0:7443", f"unix:{tmp_path}/hub.sock")

        assert code == 0, said
        assert "tls://0.0.0.0:7443 needs a token" in said
        assert "is known by login" in said
        assert "box.example.org, and ends in" in said
        assert "1 of 1 users" in said
        assert "serves" in said
        assert {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("settings", "is not a setting"),
        ("plain text", "listen at tls://"),
        ("no tokens", "there are no tokens yet"),
        ("expired", "certificate has expired"),
        ("no certificate", "TLS needs a certificate"),
        ("tokens", "cannot be read"),
    ],
)
def test_what_would_stop_it(tmp_path: Path, what: str, words: str):
    now = datetime.datetime.now(datetime.UTC)
    past = {"not_before": now - datetime.timedelta(9), "not_after": now - datetime.timedelta(1)}
    hub: dict[str, object] = {**write_certificate(tmp_path, **(past if what == "expired" else {}))}
    if what == "no certificate":
        hub = {}
    elif what == "settings":
        hub["liste"] = ["unix:"]
    settings = write_settings(tmp_path / "hub.toml", "http://127.0.0.1:9", **hub)
    if what == "tokens":
        (tmp_path / "tokens.json").write_text("{", encoding="utf-8")
    elif what != "no tokens":
        Tokens(tmp_path / "tokens.json", clock=time.time).create("alice")

    code, said = check(settings, "tcp://0.0.0.0:1" if what == "plain text" else "tls://0.0.0.0:1")

    assert code == 1
    assert words.lower() in said.lower(), said


def test_a_token_is_rotated_and_keeps_what_it_stood_for(tmp_path: Path):
    tokens = Tokens(tmp_path / "tokens.json", clock=lambda: 1_000_000.0)
    _, first = tokens.create("alice", team="red", weight=2.0, days=10)
    _, other = tokens.create("bob")
    file = tmp_path / "tokens.json"
    file.chmod(0o640)

    settings = write_settings(tmp_path / "hub.toml", "http://127.0.0.1:9")
    command = [sys.executable, "-m", "fimls", "token", "--config", str(settings)]
    done = subprocess.run([*command, "rotate", "alice"], capture_output=True, text=True)

    again = Tokens(file, clock=lambda: 1_000_000.0)
    again.refresh()
    found = again.find(done.stdout.strip())
    assert found is not None, done.stderr
    assert (found.user, found.team, found.weight) == ("alice", "red", 2.0)
    assert found.expires is not None
    assert found.expires - found.created == 10 * 86_400
    assert again.find(first) is None
    assert again.find(other) is not None
    assert file.stat().st_mode & 0o777 == 0o640
    assert len(json.loads(file.read_text("utf-8"))["tokens"]) == 2
    nobody = subprocess.run([*command, "rotate", "carol"], capture_output=True, text=True)
    assert "fimls token create carol" in nobody.stderr


@pytest.mark.parametrize("wrong", ["nothing", "gone", "another model", "ranks"])
def test_each_replica_is_asked_and_not_the_engine_that_they_stand_for(
    tmp_path: Path, tokenizer_folder: Path, wrong: str
):
    folder = str(tokenizer_folder)
    with (
        FakeSGLang(script=["1"], model_path=folder, ranks=2) as one,
        FakeSGLang(
            tokenizer_folder,
            script=["1"],
            model_path="another" if wrong == "another model" else folder,
            ranks=2,
        ) as two,
    ):
        urls = [one.url, "http://127.0.0.1:9" if wrong == "gone" else two.url]
        ranks = 3 if wrong == "ranks" else 2
        settings = write_settings(
            tmp_path / "hub.toml", "http://127.0.0.1:9", replicas=urls, ranks=ranks
        )
        code, said = check(settings, f"unix:{tmp_path}/hub.sock")
    said = " ".join(said.split())
    assert code == (wrong != "nothing"), said
    assert said.count(" serves ") >= (1 if wrong == "gone" else 2)
    assert f"{one.url} serves" in said
    if wrong == "another model":
        assert f"{two.url} serves another, and not {folder}" in said
    if wrong == "ranks":
        assert f"{two.url} has fewer than 3 data-parallel ranks" in said
        assert "set hub.ranks to its --dp-size" in said
