"""Changing a small file as a whole: who may read it stays who may, and nobody reads half of it."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Generator
from pathlib import Path

_MODE = 0o600


@contextlib.contextmanager
def locked(file: Path) -> Generator[None]:
    """Keep other processes from changing a file meanwhile; its folder is made if need be.

    Raises:
        OSError: that is not possible.
    """
    import fcntl  # Windows has none, and no hub

    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = file.with_name(f"{file.name}.lock")
    with open(_opened(path, os.O_RDWR | os.O_CREAT), "w") as lock:
        with contextlib.suppress(PermissionError):  # whoever may open it may hold it
            _belongs(lock.fileno(), _owner(file), _MODE)
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def replace(file: Path, text: str) -> None:
    """Replace what a file holds; owner and mode stay, also where root does it.

    A new file is its owner's alone; where root makes one, it belongs to whom the folder belongs to.
    On Windows, who may read it is what its folder says. Line ends are those of the text.

    Raises:
        OSError: that is not possible; the file is as it was.
    """
    file = file.resolve()  # a link stays one
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    new.unlink(missing_ok=True)
    try:
        with open(_opened(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as opened:
            if sys.platform != "win32":
                mode = file.stat().st_mode & 0o777 if file.exists() else _MODE
                _belongs(opened.fileno(), _owner(file), mode)
            opened.write(text.encode())
            opened.flush()
            os.fsync(opened.fileno())
        new.replace(file)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def _opened(path: Path, how: int) -> int:
    strictly = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    return os.open(path, how | strictly | getattr(os, "O_BINARY", 0), _MODE)


def _owner(file: Path) -> tuple[int, int]:
    """Return whom a file belongs to, or is to belong to."""
    if file.exists():
        status = file.stat()
    elif os.geteuid() == 0:
        status = file.parent.stat()
    else:
        return os.geteuid(), os.getegid()
    return status.st_uid, status.st_gid


def _belongs(descriptor: int, owner: tuple[int, int], mode: int) -> None:
    status = os.fstat(descriptor)
    if (status.st_uid, status.st_gid) != owner:
        try:
            os.fchown(descriptor, *owner)
        except PermissionError as error:
            who = f"it belongs to user {owner[0]} and group {owner[1]}, and would be yours"
            raise PermissionError(errno.EPERM, who) from error
    os.fchmod(descriptor, mode)
