"""`fimls token` changes the tokens of the hub that is meant, or none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fimls.cli import main


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    file = tmp_path / "fimls.toml"
    file.write_text(f'[hub]\ntokens_file = "{tmp_path / "tokens.json"}"\n', "utf-8")
    return file


def token(config: Path, *arguments: str) -> int:
    return main(["token", "--config", str(config), *arguments])


@pytest.mark.parametrize(
    "spoilt",
    ["", "[hub", "[hub]\n", "[Hubs]\n", "x = [[[", "[hub]\nuser = 1\n", "x = " + "[" * 3_000],
)
@pytest.mark.parametrize("action", [("create", "bob"), ("revoke", "alice"), ("list",)])
def test_it_does_not_take_the_default_file_for_one_that_cannot_be_read(
    config: Path, capsys: pytest.CaptureFixture[str], action: tuple[str, ...], spoilt: str
):
    assert token(config, "create", "alice") == 0
    tokens = config.with_name("tokens.json")
    before = tokens.read_bytes()
    config.write_text(spoilt, "utf-8")
    capsys.readouterr()
    assert token(config, *action) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "No token was made, listed or revoked." in said.err
    assert tokens.read_bytes() == before
    assert not (config.parent / "home").exists()


@pytest.mark.parametrize("kind", ["removed", "pipe", "folder"])
def test_nor_for_one_that_is_none(config: Path, capsys: pytest.CaptureFixture[str], kind: str):
    config.unlink()
    if kind == "pipe":
        os.mkfifo(config)
    elif kind == "folder":
        config.mkdir()
    assert token(config, "revoke", "alice") == 1
    assert str(config) in capsys.readouterr().err


def test_a_good_token_is_listed_as_one(config: Path, capsys: pytest.CaptureFixture[str]):
    token(config, "create", "alice")
    token(config, "create", "bob", "--days", "2")
    capsys.readouterr()
    assert token(config, "list") == 0
    head, alice, bob = capsys.readouterr().out.strip().split("\n")
    assert head.split()[-1] == "expires"
    assert alice.split()[-1] == "never"
    assert bob.split()[-1][:2] == "20"


@pytest.mark.parametrize("days", ["0", "-1", "1e300", "nan", "inf"])
def test_days_that_are_none_make_no_token(
    config: Path, capsys: pytest.CaptureFixture[str], days: str
):
    assert token(config, "create", "alice", f"--days={days}") == 1
    assert "at most 36,500 days" in capsys.readouterr().err
