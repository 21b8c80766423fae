"""Whatever stands in a settings file's place, reading it ends, and takes little."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimls.resources import configs_path
from fimls.settings.file import MOST_BYTES, SettingsFileError, read_settings_file

WRONG = {
    "lists, not closed": ("a = " + "[" * 3_000, "deep"),
    "lists": ("a = " + "[" * 100 + "]" * 100, "deep"),
    "inline tables": ("a = " + "{a = " * 3_000, "deep"),
    "a dotted name": (".".join("a" * 15_000) + " = 1", "deep"),
    "a dotted name with blanks": (" . ".join("a" * 5_000) + " = 1", "deep"),
    "a dotted name of quoted parts": (".".join(['""'] * 8_000) + " = 1", "deep"),
    "a dotted table": ("[" + ".".join("a" * 15_000) + "]", "deep"),
    "a dotted name in an inline table": ("a = {" + ".".join("a" * 15_000) + " = 1}", "deep"),
    "5,000 digits": ("a = " + "9" * 5_000, "digits"),
    "4,000 digits": ("a = " + "9" * 4_000, "digits"),
    "hexadecimal digits": ("a = 0x" + "f" * 30_000, "digits"),
    "a NUL": ('a = "\\u0000"', "NUL"),
    "large": ("#" * (MOST_BYTES + 1), "larger than"),
    "not TOML": ("[hub", "not TOML"),
}


@pytest.mark.parametrize(("text", "says"), WRONG.values(), ids=WRONG)
def test_what_takes_too_much_or_is_none_is_one_sentence(tmp_path: Path, text: str, says: str):
    file = tmp_path / "fimls.toml"
    file.write_text(text, "utf-8")
    tracemalloc.start()
    began = time.process_time()
    try:
        with pytest.raises(SettingsFileError, match=says) as refused:
            read_settings_file(file)
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < 1.0
    assert str(file) in str(refused.value)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < len(str(file)) + 250


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "endless", "link to a pipe"])
def test_what_is_no_file_is_not_waited_for(tmp_path: Path, kind: str):
    file = tmp_path / "fimls.toml"
    match kind:
        case "folder":
            file.mkdir()
        case "pipe":
            os.mkfifo(file)
        case "device":
            file.symlink_to("/dev/null")
        case "endless":
            file.symlink_to("/dev/zero")
        case _:
            os.mkfifo(tmp_path / "pipe")
            file.symlink_to(tmp_path / "pipe")
    with pytest.raises(SettingsFileError, match="cannot be read"):
        read_settings_file(file)


def test_a_file_that_is_not_there_is_told_apart_from_an_empty_one(tmp_path: Path):
    file = tmp_path / "fimls.toml"
    assert read_settings_file(file) is None
    assert read_settings_file(file / "under" / "it") is None
    file.touch()
    assert read_settings_file(file) == {}
    with pytest.raises(SettingsFileError, match="cannot be read"):
        read_settings_file(Path("a\0b"))


@pytest.mark.parametrize("encode", ["utf-8", "utf-8-sig"])
def test_what_editors_write(tmp_path: Path, encode: str):
    file = tmp_path / "fimls.toml"
    file.write_bytes("[completion]\r\nmax_lines = 3\r\n".encode(encode))
    assert read_settings_file(file) == {"completion": {"max_lines": 3}}
    file.write_bytes("[completion]\n".encode("utf-16"))
    with pytest.raises(SettingsFileError, match="not UTF-8"):
        read_settings_file(file)


def test_the_file_with_every_setting_is_read():
    assert read_settings_file(configs_path() / "fimls.toml")


@given(st.binary(max_size=200) | st.text(alphabet="[]{}=\"'.#\n ae1_\0\\", max_size=80))
def test_bytes_of_any_kind_are_tables_or_one_sentence(data: bytes | str):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "fimls.toml"
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
        with contextlib.suppress(SettingsFileError):
            assert isinstance(read_settings_file(file), dict)
