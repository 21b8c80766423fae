"""Typing traces: what their events do to a document, and that made ones arrive at the real text."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimls.bench.module_traces import from_history, from_module, from_versions
from fimls.bench.typing_trace import Trace, TraceError
from fimls.text import Point

DATA = Path(__file__).parents[2] / "data/traces"


def states(text: str, *events: tuple[str, Any]) -> list[tuple[str, Point]]:
    trace = Trace(name="t", language_id="python", text=text, events=events)
    return [(str(query.document.text), query.cursor) for query in trace.queries()]


def test_each_typed_character_is_a_key() -> None:
    assert states("ab", ("move", (0, 1)), ("type", "xy")) == [
        ("axb", Point(0, 2)),
        ("axyb", Point(0, 3)),
    ]


def test_a_line_end_is_one_key_with_its_indentation() -> None:
    assert states("", ("type", ":\n    x"))[1] == (":\n    ", Point(1, 4))


def test_erasing_goes_back_over_a_line_end() -> None:
    assert states("ab\r\nc", ("move", (1, 1)), ("erase", 2)) == [
        ("ab\r\n", Point(1, 0)),
        ("ab", Point(0, 2)),
    ]


def test_what_is_accepted_comes_at_once_and_what_is_removed_asks_nothing() -> None:
    assert states("a\nbb\nc", ("move", (1, 0)), ("remove", 3), ("accept", "x\ny")) == [
        ("a\nx\nyc", Point(2, 1))
    ]


def test_a_trace_comes_back_from_its_file(tmp_path: Path) -> None:
    trace = from_versions("é.py", ["a = 1\n", "a = 2\nb = '漢'\n"])
    trace.save(tmp_path / "trace.json")
    assert Trace.load(tmp_path / "trace.json") == trace


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("{", "Expecting"),
        ("[]", "list"),
        ('{"name": "a", "text": ""}', "it lacks 'events'"),
        ('{"name": "a", "text": "", "events": [{"jump": 1}]}', "there is no event {'jump': 1}"),
        ('{"name": "a", "text": "", "events": [{"erase": "x"}]}', "there is no event"),
    ],
)
def test_a_bad_file_is_one_sentence(tmp_path: Path, content: str, what: str) -> None:
    path = tmp_path / "trace.json"
    path.write_text(content)
    with pytest.raises(TraceError, match="is not a typing trace") as caught:
        Trace.load(path)
    assert what in str(caught.value)


lines = st.lists(st.sampled_from(["a = 1\n", "    b(a)\n", "\n", "return x y z\n"]), max_size=12)


@given(old=lines, new=lines, seed=st.integers(0, 3))
def test_typing_ends_at_the_newer_version(old: list[str], new: list[str], seed: int) -> None:
    trace = from_versions("a.py", ["".join(old), "".join([*new, "end = 1\n"])], seed=seed)
    *_, last = trace.queries()
    assert str(last.document.text) == "".join([*new, "end = 1\n"])


def test_a_module_is_typed_back_to_what_it_is() -> None:
    path = Path(__file__).parents[2] / "support/fake_sglang.py"
    trace = from_module(path, keys=300)
    queries = list(trace.queries())
    assert len(queries) >= 300
    assert trace.text != path.read_text("utf-8") == str(queries[-1].document.text)


def test_a_history_is_typed_version_by_version(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    path = tmp_path / "a.py"
    for text in ("a = 1\n", "a = 1\nb = 2\n", "b = 3\n"):
        path.write_text(text)
        git("add", "a.py")
        git("commit", "-m", "next")
    trace = from_history(path)
    assert trace.text == "a = 1\n"
    *_, last = trace.queries()
    assert str(last.document.text) == "b = 3\n"
    (tmp_path / "new.py").write_text("")
    with pytest.raises(TraceError, match="git knows only 0 version"):
        from_history(tmp_path / "new.py")


def test_the_shipped_traces_are_enough_to_judge_by() -> None:
    traces = [Trace.load(path) for path in DATA.glob("*.json")]
    assert len(traces) >= 3
    assert sum(1 for trace in traces for _ in trace.queries()) >= 1_500
    kinds = {kind for trace in traces for kind, _ in trace.events}
    assert kinds == {"move", "type", "erase", "pause", "accept", "remove"}
    assert all(json.loads(path.read_text("utf-8"))["language_id"] for path in DATA.glob("*.json"))
