from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from fimls.lsp.configuration import Configuration, carried
from fimls.settings import Settings


@pytest.fixture
def user_file(tmp_path: Path) -> Path:
    return tmp_path / "user" / "fimls.toml"


@pytest.fixture
def configuration(user_file: Path) -> Configuration:
    user_file.parent.mkdir()
    return Configuration(user_file)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


def test_without_files_and_options_the_defaults_hold(configuration: Configuration):
    configuration.start(None, None)
    assert configuration.settings == Settings()
    assert configuration.take_problems() == []


def test_later_layers_win_and_a_workspace_narrows_what_they_say(
    configuration: Configuration, user_file: Path, workspace: Path
):
    user_file.write_text("[completion]\nmax_lines = 4\nmax_new_tokens = 5\ndeadline_ms = 11")
    (workspace / ".fimls.toml").write_text("[completion]\nmax_lines = 2\nmax_new_tokens = 9")
    configuration.start({"completion": {"maxLines": 3}}, [workspace])
    completion = configuration.settings.completion
    assert (completion.max_lines, completion.max_new_tokens, completion.deadline_ms) == (2, 5, 11)
    assert configuration.take_problems() == []


def test_a_workspace_cannot_say_where_text_is_sent(
    configuration: Configuration, user_file: Path, workspace: Path
):
    user_file.write_text('[engine]\nurl = "http://mine"')
    (workspace / ".fimls.toml").write_text('[engine]\nurl = "http://theirs"')
    configuration.start(None, [workspace])
    assert configuration.settings.engine.url == "http://mine"
    (problem,) = configuration.take_problems()
    assert "engine.url is ignored" in problem


def test_what_a_workspace_excludes_is_excluded_whatever_the_editor_says(
    configuration: Configuration, workspace: Path
):
    (workspace / ".fimls.toml").write_text('[completion]\nexclude_files = ["secret/*"]')
    configuration.start({"completion": {"exclude_files": ["*.pem"]}}, [workspace])
    assert configuration.settings.completion.exclude_files == ["*.pem", "secret/*"]


def test_each_folder_has_settings_of_its_own_and_the_innermost_counts(
    configuration: Configuration, tmp_path: Path
):
    folders = [tmp_path / "a", tmp_path / "b", tmp_path / "a" / "inner"]
    for lines, folder in enumerate(folders, 1):
        folder.mkdir()
        (folder / ".fimls.toml").write_text(f"[completion]\nmax_lines = {lines}")
    configuration.start(None, folders)

    def lines_in(uri: str) -> int:
        return configuration.of(uri).completion.max_lines

    assert [lines_in((folder / "x.py").as_uri()) for folder in folders] == [1, 2, 3]
    assert lines_in((tmp_path / "b" / ".." / "a" / "x.py").as_uri()) == 1
    assert lines_in("untitled:x") == lines_in("file:///elsewhere.py") == 1
    configuration.set_folders(folders[1:])
    assert [lines_in((folder / "x.py").as_uri()) for folder in folders] == [2, 2, 3]
    configuration.set_folders([])
    assert lines_in((folders[0] / "x.py").as_uri()) == 8


@pytest.mark.parametrize(
    "options",
    [
        {"completion": {"max_lines": 3}},
        {"fimls": {"completion": {"max_lines": 3}}},
        {"fimls": {"completion": {"maxLines": 3}}, "editor": {"tabSize": 2}},
    ],
)
def test_options_are_the_tables_or_have_them_under_our_name(
    configuration: Configuration, options: object
):
    configuration.start(options, None)
    assert configuration.settings.completion.max_lines == 3
    assert configuration.take_problems() == []


@pytest.mark.parametrize("options", [5, "x", True, [1], {"fimls": "x"}])
def test_options_of_another_type_are_one_problem(configuration: Configuration, options: object):
    configuration.start(options, None)
    assert configuration.settings == Settings()
    assert len(configuration.take_problems()) == 1


@pytest.mark.parametrize(
    "options", [None, {}, [], {"fimls": {}}, {"fimls": []}, {"engine": []}, {"engine": None}]
)
def test_empty_options_are_no_problem(configuration: Configuration, options: object):
    configuration.start(options, None)
    assert configuration.take_problems() == []


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"[completion\n", "is not TOML"),
        (b"\xff\xfe", "cannot be read"),
        (b"[nonsense]\n", "there is no table [nonsense]"),
    ],
)
def test_a_bad_file_is_a_problem_and_the_rest_holds(
    configuration: Configuration, user_file: Path, content: bytes, complaint: str
):
    user_file.write_bytes(content)
    configuration.start({"completion": {"max_lines": 3}}, None)
    assert configuration.settings.completion.max_lines == 3
    (problem,) = configuration.take_problems()
    assert str(user_file) in problem
    assert complaint in problem


def test_a_folder_in_the_file_s_place_is_a_problem(configuration: Configuration, user_file: Path):
    user_file.mkdir()
    configuration.start(None, None)
    assert len(configuration.take_problems()) == 1


def test_a_problem_is_said_once(configuration: Configuration):
    configuration.start({"completion": {"max_lines": 0}}, None)
    assert len(configuration.take_problems()) == 1
    configuration.set_editor({"completion": {"max_lines": 0}})
    assert configuration.take_problems() == []
    configuration.set_editor({"completion": {"deadline_ms": -1}})
    assert len(configuration.take_problems()) == 1


@pytest.mark.parametrize(
    ("values", "ours"),
    [
        (None, False),
        ({}, False),
        ([], False),
        ("x", False),
        ({"pylsp": {"plugins": {}}}, False),
        ({"fimls": None}, True),
        ({"fimls": {}, "pylsp": {}}, True),
        ({"engine": {}}, True),
    ],
)
def test_which_changes_bring_our_settings(values: object, ours: bool):
    assert carried(values) is ours


def test_a_workspace_that_cannot_be_a_path_is_a_problem(configuration: Configuration):
    configuration.start(None, [Path("/a\0b")])
    assert len(configuration.take_problems()) == 1


def test_later_settings_lie_over_the_first_ones_and_files_are_read_again(
    configuration: Configuration, user_file: Path
):
    configuration.start({"completion": {"max_lines": 3, "deadline_ms": 99}}, None)
    user_file.write_text("[completion]\nmax_new_tokens = 5")
    configuration.set_editor({"completion": {"max_lines": 4, "debounce_ms": 5}})
    completion = configuration.settings.completion
    assert (completion.max_lines, completion.deadline_ms, completion.debounce_ms) == (4, 99, 5)
    assert completion.max_new_tokens == 5
    configuration.set_editor({"completion": {"max_new_tokens": 6}})
    completion = configuration.settings.completion
    assert (completion.max_lines, completion.deadline_ms, completion.debounce_ms) == (3, 99, 75)


@pytest.mark.parametrize(
    "nothing",
    [
        None,
        {},
        [],
        {"fimls": {}},
        {"fimls": None},
        {"fimls": {"engine": None}},
        {"engine": []},
        {"engine": {"url": None}},
        "x",
        5,
        [[]],
    ],
)
def test_what_says_nothing_of_ours_takes_nothing_of_the_first_settings_back(
    configuration: Configuration, nothing: object
):
    configuration.start({"engine": {"url": "http://mine"}}, None)
    configuration.set_editor(nothing)
    assert configuration.settings.engine.url == "http://mine"


def test_a_byte_order_mark_is_no_setting(
    configuration: Configuration, user_file: Path, workspace: Path
):
    user_file.write_bytes(b"\xef\xbb\xbf[completion]\nmax_lines = 5")
    (workspace / ".fimls.toml").write_bytes(b"\xef\xbb\xbf[completion]\nmax_lines = 4\r\n")
    configuration.start(None, [workspace])
    assert configuration.settings.completion.max_lines == 4
    assert configuration.take_problems() == []


@pytest.mark.parametrize("content", [b"[hub\n", b"[hub]\ntoken = 5550123\n", b"\xff"])
def test_an_editor_at_a_hub_reads_nothing_of_the_hub_s_file(user_file: Path, content: bytes):
    user_file.parent.mkdir()
    user_file.write_bytes(content)
    configuration = Configuration(user_file, of_hub=True)
    configuration.start({"completion": {"max_lines": 0}}, None)
    (problem,) = configuration.take_problems()
    assert problem == (
        "editor settings: completion.max_lines must be a whole number from 1 to 1000; using 8."
    )


@pytest.mark.parametrize(
    "content",
    [
        "a = " + "[" * 3_000,
        "a = " + "9" * 5_000,
        ".".join("a" * 20_000) + " = 1",
        "[completion]\nautomatic = false\n#" + "x" * 100_000,
    ],
    ids=["nested", "digits", "dots", "size"],
)
def test_a_workspace_s_file_that_would_stop_the_server_is_one_sentence(
    configuration: Configuration, workspace: Path, content: str
):
    (workspace / ".fimls.toml").write_text(content)
    started = time.thread_time()
    configuration.start(None, [workspace])
    assert time.thread_time() - started < 1
    assert configuration.settings == Settings()
    assert len(configuration.take_problems()) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
@pytest.mark.parametrize("target", ["fifo", "/dev/zero", "/dev/stdin", ".", ".fimls.toml"])
def test_a_workspace_s_file_that_is_none_is_one_sentence(
    configuration: Configuration, workspace: Path, target: str
):
    os.mkfifo(workspace / "fifo")
    (workspace / ".fimls.toml").symlink_to(target)
    configuration.start(None, [workspace])
    assert configuration.settings == Settings()
    assert len(configuration.take_problems()) == 1


def test_a_table_in_a_file_that_is_none_is_a_problem(configuration: Configuration, user_file: Path):
    user_file.write_text("hub = []")
    configuration.start(None, None)
    assert "[hub] must be a table" in configuration.take_problems()[0]


MANY = 200_000


@pytest.mark.parametrize(
    "values",
    [
        {"completion": {f"k{n}": 1 for n in range(MANY)}},
        {f"k{n}": {} for n in range(MANY)},
        {"x": {"token": [f"aaaa{n}" for n in range(MANY)]}},
        {"x": {f"{n}token": f"aaaa{n}" for n in range(MANY)}},
        {"completion": {"aB" * 2_000_000: 1}},
        {"x": {"token": "x" * 4_000_000}},
    ],
    ids=["names", "tables", "secrets", "secrets' names", "a long name", "a long secret"],
)
def test_settings_of_megabytes_hold_nobody_up(configuration: Configuration, values: object):
    """What one editor of a hub says is read while all others wait."""
    configuration.start({"completion": {"max_lines": 3}}, None)
    started = time.process_time()
    configuration.set_editor(values)
    assert time.process_time() - started < 0.1
    assert configuration.take_problems() == [
        "The editor's settings for fimls are too large, and are not used: send fewer."
    ]
    assert configuration.settings.completion.max_lines == 3
