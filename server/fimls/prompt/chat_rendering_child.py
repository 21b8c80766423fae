"""The child process that `fimls.prompt.chat_rendering` runs; it imports nothing of fimls.

On standard input comes one line: a template and the contexts to render it with. On standard output
goes one: what it makes of each, null where it refuses one, or the name of what is wrong with it.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Any, NoReturn

CPU_SECONDS = 2
MEMORY_BYTES = 512 * 2**20
MOST_CHARACTERS = 500_000


def main() -> None:
    """Answer one line with another."""
    given = json.loads(sys.stdin.readline())
    _limit()
    try:
        answer: Any = _rendered(given["template"], given["contexts"])
    except Exception as error:  # whatever a program of somebody else's raises
        answer = type(error).__name__
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _rendered(source: str, contexts: list[dict[str, Any]]) -> list[str | None]:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = _to_json
    names: dict[str, Any] = {"raise_exception": _raise, "strftime_now": _now}
    environment.globals.update(names)
    template = environment.from_string(source)
    texts: list[str | None] = []
    for context in contexts:
        try:
            text = template.render(**context)
        except MemoryError:
            raise
        except Exception:  # many templates refuse a message of the system, some by other errors
            text = None
        if text is not None and len(text) > MOST_CHARACTERS:
            raise ValueError("the text is too long")
        texts.append(text)
    return texts


def _limit() -> None:
    """Bound what the template can take; Windows has no such bounds, there the clock remains."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(kind, (most, most))
        except (OSError, ValueError):
            continue  # macOS knows some of them by name only


def _to_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _now(form: str) -> str:
    return datetime.now().strftime(form)


def _raise(message: str) -> NoReturn:
    raise ValueError(message)


if __name__ == "__main__":
    main()
