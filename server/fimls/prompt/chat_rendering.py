"""Rendering a model's chat template in a process of its own, which ends whatever the template does.

A chat template is a program that came with a model. Jinja's sandbox keeps it from files and from
Python's insides, but not from loops that never end, from numbers that take hours (while Python lets
nobody else do anything) and from texts of gigabytes. So each is run by
`fimls.prompt.chat_rendering_child`, with bounds on processor time, memory and output, and once for
each shape of conversation: what is said is not in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from fimls.logs.child_environment import without_secrets

SECONDS = 10.0
"""How long it may take by the clock; `chat_rendering_child` limits processor time and memory."""

_MOST_BYTES = 2**20
_MOST_REMEMBERED = 64
_RENDERER = Path(__file__).with_name("chat_rendering_child.py")


class RenderError(Exception):
    """A template cannot be used; the message says why in a few words."""


_rendered: OrderedDict[tuple[str, str], list[str | None] | RenderError] = OrderedDict()


async def render(template: str, contexts: Sequence[dict[str, Any]]) -> list[str | None]:
    """Return what a template makes of each context; None where it refuses one.

    Cancelling it ends the process. What was rendered once is remembered for a day: templates may
    name the date.

    Raises:
        RenderError: the template is no Jinja, or takes more than it may.
    """
    given = json.dumps({"template": template, "contexts": contexts})
    key = date.today().isoformat(), given
    if key not in _rendered:
        try:
            _rendered[key] = await _run(given)
        except RenderError as error:
            _rendered[key] = error
        if len(_rendered) > _MOST_REMEMBERED:
            _rendered.popitem(last=False)
    made = _rendered[key]
    if isinstance(made, RenderError):
        raise made
    return made


async def _run(given: str) -> list[str | None]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-B", _RENDERER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=without_secrets(),
        limit=_MOST_BYTES,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(SECONDS):
            process.stdin.write(given.encode() + b"\n")
            answer = await process.stdout.readuntil(b"\n")
        said: Any = json.loads(answer)
    except TimeoutError as error:
        raise RenderError("it takes too long") from error
    except asyncio.LimitOverrunError as error:
        raise RenderError("it writes too much") from error
    except (asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
        raise RenderError("it takes more time or memory than a template may") from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.stdin.close()
    await process.wait()
    if isinstance(said, str):
        raise RenderError(said)
    return said
