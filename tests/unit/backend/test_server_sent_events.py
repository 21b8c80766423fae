from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimls.backend.server_sent_events import EventDecoder
from fimls.errors import BackendProtocolError

# What str.splitlines would cut at, and the standard does not.
NO_LINE_END = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"

VALUES = st.text(
    st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]) | st.sampled_from("é😀 :"),
    max_size=8,
)


def decode(data: bytes, cuts: list[int]) -> list[str]:
    decoder = EventDecoder()
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    pieces = [data[a:b] for a, b in pairwise(edges)]
    return [event for piece in pieces for event in decoder.feed(piece)]


@given(
    st.lists(st.lists(VALUES, min_size=1, max_size=3), max_size=4),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.lists(st.integers(0, 10_000), max_size=12),
)
def test_neither_cuts_nor_line_ends_make_a_difference(
    events: list[list[str]], end: str, cuts: list[int]
) -> None:
    data = "".join("".join(f"data: {v}{end}" for v in lines) + end for lines in events).encode()

    assert decode(data, cuts) == ["\n".join(lines) for lines in events]
    assert decode(data, list(range(len(data)))) == ["\n".join(lines) for lines in events]


def test_only_the_standard_s_line_ends_end_a_line() -> None:
    assert decode(f"data: a{NO_LINE_END}b\n\n".encode(), []) == [f"a{NO_LINE_END}b"]


@pytest.mark.parametrize(
    ("data", "events"),
    [
        (b"data:x\n\n", ["x"]),
        (b"data:  x\n\n", [" x"]),
        (b"data\n\n", [""]),
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b": comment\n\ndata: a\n\n", ["a"]),
        (b"event: e\nid: 1\nretry: 5\ndata: a\n\n", ["a"]),
        (b"event: e\n\n", []),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b"data: a\r\rdata: b\n\n", ["a", "b"]),
        (b"data: cut off", []),
        (b"data: cut off\n", []),
        (b"", []),
    ],
)
def test_what_the_standard_says(data: bytes, events: list[str]) -> None:
    assert decode(data, []) == events
    assert decode(data, list(range(len(data)))) == events


@pytest.mark.parametrize("data", [b"data: " + b"x" * 100, b"data: xxxxxxxxxxx\n" * 9])
def test_an_event_without_end_does_not_fill_the_memory(data: bytes) -> None:
    pieces = [bytes([byte]) for byte in data]
    decoder = EventDecoder(max_event_bytes=100)

    with pytest.raises(BackendProtocolError):
        _ = [decoder.feed(piece) for piece in pieces]


def test_the_bound_is_for_one_event_and_not_for_the_stream() -> None:
    decoder = EventDecoder(max_event_bytes=20)

    assert decoder.feed(b"data: 0123456789\n\n" * 50 + b": a comment\n" * 50) == ["0123456789"] * 50


def test_what_is_not_utf_8_is_an_error() -> None:
    with pytest.raises(BackendProtocolError):
        EventDecoder().feed(b"data: \xff\n\n")
