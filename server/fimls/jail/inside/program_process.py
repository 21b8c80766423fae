"""The process of the program: runs it, and does with its objects what tests ask for."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from fimls.jail.inside.limits import lock
from fimls.jail.inside.peer import Ended, Peer

READY = b"ready\n"


def main() -> None:
    """Run the program in the file that is named on the command line, and serve until tests end."""
    before, program = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    reading, writing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    lock()
    names: dict[str, Any] = {"__name__": "__main__"}
    for text in (before, program):
        exec(compile(text, "<program>", "exec"), names)
    writing.write(READY)
    writing.flush()
    try:
        Peer(reading, writing, names).serve()
    except Ended:
        os._exit(0)  # whatever the program left behind to run at the end
