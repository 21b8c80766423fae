"""Answers that a proxy compressed although nobody asked for that."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncGenerator, AsyncIterator

from fimls.backend.error_messages import cut_short, not_sglang

_PIECE_BYTES = 64 * 2**10
_GZIP = 31
"""What zlib calls gzip."""


def plain(data: AsyncIterator[bytes], encoding: str, url: str) -> AsyncIterator[bytes]:
    """Return an answer as it was before it was compressed.

    Args:
        data: as it came.
        encoding: how the server calls it; only gzip is known, and only once.
        url: the server's address, for error messages.

    Raises:
        BackendProtocolError: the encoding is another one.
    """
    if encoding in ("", "identity"):
        return data
    if encoding not in ("gzip", "x-gzip"):
        raise not_sglang(url, "it compresses its answers, which nobody asked for")
    return _gunzipped(data, url)


async def _gunzipped(data: AsyncIterator[bytes], url: str) -> AsyncGenerator[bytes]:
    """Yield small pieces, and let others have their turn between them."""
    inflate = zlib.decompressobj(wbits=_GZIP)
    try:
        async for packed in data:
            rest, more = packed, True
            while more:
                piece = inflate.decompress(rest, _PIECE_BYTES)
                rest = inflate.unconsumed_tail
                more = bool(rest) or len(piece) == _PIECE_BYTES
                if inflate.unused_data:  # zlib would keep all that comes, and copy it each time
                    raise not_sglang(url, "more follows what it calls gzip")
                yield piece
                await asyncio.sleep(0)
    except zlib.error as error:
        raise not_sglang(url, "what it calls gzip is not") from error
    if not inflate.eof:
        raise cut_short(url)
