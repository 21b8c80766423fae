from __future__ import annotations

import copy
import pickle
import traceback
from pathlib import Path

import pytest

from fimls.backend.api_key import ApiKey, read_api_key
from fimls.errors import ConfigurationError
from fimls.settings import EngineSettings

KEY = "sk-0123456789"


def test_the_file_wins_over_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(f"  {KEY}\n", encoding="utf-8")

    key = read_api_key(EngineSettings(api_key_file=str(path)), {"FIMLS_API_KEY": "other"})

    assert key is not None
    assert key.authorization == f"Bearer {KEY}"


def test_the_variable_that_the_settings_name() -> None:
    key = read_api_key(EngineSettings(api_key_env="MINE"), {"MINE": KEY, "FIMLS_API_KEY": "other"})

    assert key is not None
    assert key.authorization == f"Bearer {KEY}"


@pytest.mark.parametrize("environment", [{}, {"FIMLS_API_KEY": ""}, {"FIMLS_API_KEY": " \n"}])
def test_no_key(environment: dict[str, str]) -> None:
    assert read_api_key(EngineSettings(), environment) is None


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "nowhere"

    with pytest.raises(ConfigurationError, match="nowhere") as caught:
        read_api_key(EngineSettings(api_key_file=str(path)), {"FIMLS_API_KEY": KEY})

    assert "No such file" in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"\xff\xfe", b"two words", b"two\nlines", b"\x00"]
)
def test_a_file_without_a_key_in_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)

    with pytest.raises(ConfigurationError) as caught:
        read_api_key(EngineSettings(api_key_file=str(path)), {})

    assert "words" not in str(caught.value)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        read_api_key(EngineSettings(api_key_file=str(tmp_path)), {})


def test_the_key_is_not_shown() -> None:
    key = ApiKey(KEY)
    try:
        raise ValueError(key)
    except ValueError:
        shown = traceback.format_exc()

    for text in (repr(key), str(key), f"{key}", f"{key!r}", repr([key]), shown):
        assert KEY not in text
        assert "***" in text


def test_a_copy_is_masked_too() -> None:
    key = copy.copy(ApiKey(KEY))

    assert KEY not in repr(key)
    assert KEY not in repr(pickle.loads(pickle.dumps(key)))


def test_a_byte_order_mark_is_no_part_of_a_key(tmp_path: Path):
    path = tmp_path / "key"
    path.write_text(f"{KEY}\n", "utf-8-sig")
    key = read_api_key(EngineSettings(api_key_file=str(path)), {})
    assert key is not None
    assert key.authorization == f"Bearer {KEY}"
