"""The process of a program that is observed: what it hands to ``__say__`` is what comes out."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from fimls.jail.inside.limits import lock


def main() -> None:
    """Run the program in the file that is named on the command line; a word says that it ended."""
    word, program = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    output = os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    lock()

    def say(data: bytes) -> None:
        while data:  # a pipe may take a part
            data = data[output.write(data) :]

    # As in a script; a BaseException too ends the process before the word is written.
    exec(compile(program, "<program>", "exec"), {"__name__": "__main__", "__say__": say})
    say(word.encode())
    os._exit(0)  # whatever the program left behind to run at the end
