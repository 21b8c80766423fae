"""What becomes of memory that is not needed any more: it goes back to the system.

glibc takes large blocks from the system one by one and gives each back when it is freed, but raises
the size from which it does so, up to 32 MB, with every large block that it frees. A few messages of
megabytes later, texts lie in its heap, between small objects that stay: 50 MB of it were free and
could not be given back, after an editor whose documents were closed. With a fixed size it stays at
half of that (`fimls bench hub --hostile`).
"""

from __future__ import annotations

import ctypes

_LARGE_BYTES = 128 * 1_024
"""glibc's own size at the start, before it is raised."""

# From malloc.h of glibc; a named threshold is not raised any more (mallopt(3)).
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3


def give_back_large_blocks() -> None:
    """Have each large block given back when it is freed; nothing happens without glibc."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library; Windows has no such name
        return
    for threshold in (_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD):
        mallopt(threshold, _LARGE_BYTES)
