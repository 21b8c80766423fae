from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimls.message_framing import MAX_HEADER_BYTES, FrameError, Frames


def bodies(
    data: bytes, *, limit: int = 1_000, pieces: int = 1, trusted: bool = False
) -> list[bytes]:
    frames, found = Frames(limit, trusted=trusted), list[bytes]()
    for start in range(0, len(data), pieces):
        frames.push(data[start : start + pieces])
        found += frames.bodies()
    return found


@given(st.lists(st.binary(max_size=50), max_size=5), st.integers(1, 200))
def test_what_is_framed_comes_out_however_it_is_cut(messages: list[bytes], pieces: int):
    data = b"".join(map(Frames(1_000).frame, messages))
    assert bodies(data, pieces=pieces) == messages


def test_a_content_type_may_be_there_and_names_have_any_case():
    head = b"content-LENGTH:2\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n"
    assert bodies(head + b"{}") == [b"{}"]


@pytest.mark.parametrize(
    "head",
    [
        b"content-length:2",
        b"CONTENT-LENGTH:   2  ",
        b"Content-Length\t:\t2",
        b"Content-Type: x\r\nContent-Length: 2",
        b"Content-Length: 2\r\nContent-Length: 2",
    ],
)
@pytest.mark.parametrize("trusted", [False, True])
@pytest.mark.parametrize("pieces", [1, 10_000])
def test_a_header_is_read_in_any_case_and_with_any_blanks(head: bytes, trusted: bool, pieces: int):
    assert bodies(2 * (head + b"\r\n\r\n{}"), trusted=trusted, pieces=pieces) == [b"{}", b"{}"]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfContent-Length: 2\r\n\r\n{}",
        b"X-Editor: some\tone\r\nContent-Length: 2\r\nUser-Agent: caf\xc3\xa9\r\n\r\n{}",
        b"\r\n\r\nContent-Length: 2\r\n\r\n{}\r\n",
        b"Content-Length: 2\n\n{}",
    ],
)
@pytest.mark.parametrize("pieces", [1, 10_000])
def test_an_editor_of_ones_own_may_say_more_in_its_headers(data: bytes, pieces: int):
    assert bodies(data, trusted=True, pieces=pieces) == [b"{}"]
    with pytest.raises(FrameError):
        bodies(data, pieces=pieces)


@pytest.mark.parametrize("data", [b"Content-Length: many\r\n", b"{", b"Host: a\r\n\r\n", b"\0"])
@pytest.mark.parametrize("trusted", [False, True])
def test_nobody_waits_for_the_rest_of_what_is_no_message(data: bytes, trusted: bool):
    with pytest.raises(FrameError, match=r"not an LSP message: .* at most \d+ bytes"):
        bodies(data, trusted=trusted)


@pytest.mark.parametrize(
    "data",
    [
        b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
        b"GET / HTTP/1.1\r\n",
        b"Content-Length: 2\r\nHost: localhost\r\n\r\n{}",
        b"Content-Length: -2\r\n\r\n{}",
        b"Content-Length: 2x\r\n\r\n{}",
        b"Content-Length: " + b"9" * 13 + b"\r\n\r\n",
        b"Content-Type: x\r\n\r\n{}",
        b"\r\n\r\n{}",
        b"{}",
        b"\0" * 8,
        b"Content-Length: 2\n\n{}" + b" " * MAX_HEADER_BYTES,
        b"Content-Type: " + b"x" * MAX_HEADER_BYTES,
    ],
)
@pytest.mark.parametrize("pieces", [1, 10_000])
def test_what_is_no_message_is_an_error_at_once(data: bytes, pieces: int):
    with pytest.raises(FrameError, match=r"not an LSP message: .* at most \d+ bytes"):
        bodies(data, pieces=pieces)


def test_a_message_beyond_the_limit_is_an_error_before_it_arrives():
    with pytest.raises(FrameError, match=r"of 1,001 bytes is larger than this hub takes \(1,000"):
        bodies(b"Content-Length: 1001\r\n\r\n")


def test_reading_can_be_left_and_gone_on_with():
    frames = Frames(100)
    frames.push(frames.frame(b"1") + frames.frame(b"2") + frames.frame(b"3")[:-1])
    assert next(frames.bodies()) == b"1"
    assert list(frames.bodies()) == [b"2"]
    frames.push(b"3")
    assert list(frames.bodies()) == [b"3"]
