"""What comes out of a program that is observed in a jail."""

from __future__ import annotations

from pathlib import Path

import pytest

from fimls.errors import FimlsError
from fimls.jail import output_of
from fimls.jail.isolation import isolated


def _missing() -> str:
    try:
        isolated(())
    except FimlsError as error:
        return str(error)
    return ""


pytestmark = pytest.mark.skipif(bool(_missing()), reason=_missing() or "there is a jail")


def test_what_a_program_says_comes_out_and_nothing_else() -> None:
    assert output_of("print('no')\n__say__(b'yes')") == b"yes"
    assert output_of("__say__(b'yes')\nraise SystemExit") is None
    assert output_of("import os\n__say__(b'yes')\nos._exit(0)") is None
    assert output_of("import os\n__say__(str(os.listdir('.')).encode())") == b"[]"


def test_a_long_answer_comes_out_whole_and_one_that_is_too_long_not_at_all() -> None:
    assert output_of("__say__(b'x' * 900_000)") == b"x" * 900_000
    assert output_of("__say__(b'x' * 5_000)", most_bytes=5_000) == b"x" * 5_000
    assert output_of("__say__(b'x' * 5_001)", most_bytes=5_000) is None
    assert output_of("while True:\n    __say__(b'x' * 1000)", seconds=2.0, most_bytes=5_000) is None


def test_a_program_reads_the_files_it_may_and_no_others(tmp_path: Path) -> None:
    seen, unseen = tmp_path / "seen", tmp_path / "unseen"
    for folder in (seen, unseen):
        folder.mkdir()
        (folder / "a.txt").write_text("text")
    reads = "try:\n    __say__(open({!r}).read().encode())\nexcept OSError:\n    __say__(b'no')"
    assert output_of(reads.format(str(seen / "a.txt")), files=[seen]) == b"text"
    assert output_of(reads.format(str(unseen / "a.txt")), files=[seen]) == b"no"


def test_a_program_that_cannot_be_compiled_says_nothing() -> None:
    assert output_of("this is no Python") is None
    assert output_of("x = '\ud800'") is None
