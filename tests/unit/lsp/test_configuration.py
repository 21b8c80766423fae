from __future__ import annotations

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


def test_later_layers_win(configuration: Configuration, user_file: Path, workspace: Path):
    user_file.write_text("[completion]\nmax_lines = 1\nmax_new_tokens = 1\ndeadline_ms = 11")
    (workspace / ".fimls.toml").write_text("[completion]\nmax_lines = 2\nmax_new_tokens = 2")
    configuration.start({"completion": {"maxLines": 3}}, workspace)
    completion = configuration.settings.completion
    assert (completion.max_lines, completion.max_new_tokens, completion.deadline_ms) == (3, 2, 11)
    assert configuration.take_problems() == []


def test_a_workspace_cannot_say_where_text_is_sent(
    configuration: Configuration, user_file: Path, workspace: Path
):
    user_file.write_text('[engine]\nurl = "http://mine"')
    (workspace / ".fimls.toml").write_text('[engine]\nurl = "http://theirs"')
    configuration.start(None, workspace)
    assert configuration.settings.engine.url == "http://mine"
    (problem,) = configuration.take_problems()
    assert "engine.url is ignored" in problem


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


@pytest.mark.parametrize("options", [None, {}, [], {"fimls": {}}, {"fimls": []}])
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
    configuration.set_editor({"completion": {"max_lines": -1}})
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
    configuration.start(None, Path("/a\0b"))
    assert len(configuration.take_problems()) == 1


def test_the_editor_s_settings_are_replaced_not_merged_and_files_read_again(
    configuration: Configuration, user_file: Path
):
    configuration.start({"completion": {"max_lines": 3, "deadline_ms": 99}}, None)
    user_file.write_text("[completion]\nmax_new_tokens = 5")
    configuration.set_editor({"completion": {"max_lines": 4}})
    completion = configuration.settings.completion
    assert (completion.max_lines, completion.deadline_ms) == (4, 5_000)
    assert completion.max_new_tokens == 5
