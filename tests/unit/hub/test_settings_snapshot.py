"""A hub's settings file is used as a whole, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimls.errors import ConfigurationError
from fimls.hub.settings_snapshot import SettingsSnapshot, check_nothing_is_gone, read_settings
from fimls.resources import configs_path

GUARDING = {
    "require_token": "true",
    "tokens_file": '"/etc/fimls/tokens.json"',
    "cache": '"user"',
    "connections": "1000",
    "origins": '["https://a.example", "https://b.example"]',
    "socket_mode": '"0660"',
    "proxy_user_header": '"X-User"',
}


def reread(file: Path, before: SettingsSnapshot) -> SettingsSnapshot | None:
    """Return what a reload would have in force, or None where it is refused."""
    try:
        after = read_settings(file)
        check_nothing_is_gone(before, after)
    except ConfigurationError:
        return None
    return after


@given(st.permutations([*GUARDING]), st.booleans())
def test_a_file_cut_off_at_any_byte_opens_nothing(
    tmp_path_factory: pytest.TempPathFactory, order: list[str], engine_first: bool
):
    file = tmp_path_factory.mktemp("hub") / "fimls.toml"
    hub = "[hub]\n" + "".join(f"{name} = {GUARDING[name]}\n" for name in order)
    engine = '[engine]\nurl = "http://10.0.0.1:30000"\n'
    whole = (engine + hub if engine_first else hub + engine).encode()
    file.write_bytes(whole)
    before = read_settings(file)
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        after = reread(file, before)
        if after is not None:
            assert after.settings.engine == before.settings.engine
            assert after.settings.hub.require_token
            assert after.settings.hub.tokens_file == before.settings.hub.tokens_file


def test_how_a_setting_is_spelt_makes_no_difference(tmp_path: Path):
    file = tmp_path / "fimls.toml"
    file.write_text("[hub]\nrequire_token = true\n", "utf-8")
    before = read_settings(file)
    file.write_text("[hub]\nrequireToken = true\n", "utf-8")
    assert reread(file, before) is not None
    file.write_text("[hub]\nrequire_token = false\n", "utf-8")  # that is said, and so it is meant
    assert reread(file, before) is not None
    file.write_text("[hub]\nin_flight = 3\n", "utf-8")
    assert reread(file, before) is None


def test_where_no_file_is_needed_there_are_the_defaults(tmp_path: Path):
    file = tmp_path / "fimls.toml"
    assert not read_settings(file, optional=True).there
    with pytest.raises(ConfigurationError, match="There is no settings file"):
        read_settings(file)
    file.write_bytes(b"")
    with pytest.raises(ConfigurationError, match="is empty"):
        read_settings(file, optional=True)


def test_the_file_with_every_setting_is_a_hubs_too():
    assert read_settings(configs_path() / "fimls.toml").there


@pytest.mark.parametrize("text", ["hub = []", "engine = []", "completion = []", "hub = 1"])
def test_what_is_no_table_is_not_taken_for_an_empty_one(tmp_path: Path, text: str):
    file = tmp_path / "fimls.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match="must be a table"):
        read_settings(file)
