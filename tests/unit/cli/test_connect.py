from __future__ import annotations

from pathlib import Path

import pytest

from fimls.cli.connect import find_token
from fimls.errors import ConfigurationError


@pytest.fixture(autouse=True)
def user_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "fimls").mkdir()
    return tmp_path / "fimls" / "fimls.toml"


def test_a_token_is_found_where_it_may_be(
    tmp_path: Path, user_file: Path, monkeypatch: pytest.MonkeyPatch
):
    assert find_token(None) is None
    user_file.write_text('[hub]\ntoken = "from the settings"\n', "utf-8")
    assert find_token(None) == "from the settings"
    monkeypatch.setenv("FIMLS_HUB_TOKEN", " from the environment\n")
    assert find_token(None) == "from the environment"
    (tmp_path / "token").write_text("from a file\n", "utf-8")
    assert find_token(tmp_path / "token") == "from a file"


@pytest.mark.parametrize("text", ["", "[hub]", "hub = 1", "[hub]\ntoken = 1", "not TOML"])
def test_settings_without_a_token(user_file: Path, text: str):
    user_file.write_text(text, "utf-8")
    assert find_token(None) is None


def test_a_file_that_is_none(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        find_token(tmp_path / "no")


def test_a_byte_order_mark_is_no_part_of_a_token(tmp_path: Path, user_file: Path):
    user_file.write_text('[hub]\ntoken = "settings"\n', "utf-8-sig")
    assert find_token(None) == "settings"
    (tmp_path / "token").write_text("file\n", "utf-8-sig")
    assert find_token(tmp_path / "token") == "file"


def test_settings_that_would_take_for_ever_to_read_have_no_token(user_file: Path):
    user_file.write_text("a = " + "[" * 3_000, "utf-8")
    assert find_token(None) is None
