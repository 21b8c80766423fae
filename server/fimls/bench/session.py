"""Somebody who writes a module and types through what is suggested: what answers them, and when."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fimls.bench.typing_trace import Trace
from fimls.lsp.editor_client import EditorClient, Shown
from fimls.text import Point, Text

Report = Callable[[], None]
"""Called after each key."""

_OWN_KEYS = 6
"""Keys of a line that are typed at most before a suggestion is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one request, made behind one key, was answered with.

    Attributes:
        source: ``engine``, ``running`` or ``memory``; None where there was nothing to show.
        ms: time inside the server, in ms; None where there was nothing to show.
        stale: whether what was shown was not for the document and the cursor of that moment.
    """

    source: str | None
    ms: float | None
    stale: bool


async def replay(
    editor: EditorClient,
    traces: Sequence[Trace],
    *,
    keys: int,
    seed: int = 0,
    report: Report = lambda: None,
) -> list[Answer]:
    """Return one answer for each key, of so many keys.

    For each line of a module's second half, the first keys are typed as the module has them. What
    is suggested then is typed to the end of its first line; where nothing is, the module's line is.
    """
    choose = random.Random(seed)
    answers: list[Answer] = []
    for number, trace in enumerate(traces):
        share = keys * (number + 1) // len(traces)
        lines = Text.parse(trace.text).lines
        half = len(lines) // 2
        editor.open(
            f"file:///session/{number}.py", trace.language_id, "".join(lines[:half]), Point(half, 0)
        )
        for line in lines[half:] * 4:
            typed = line.rstrip("\r\n")
            blanks = len(typed) - len(typed.lstrip())
            most = blanks + choose.randrange(1, _OWN_KEYS + 1)
            shown = None
            # Editors indent by themselves: a line's blanks are one key.
            for key in [typed[:blanks], *typed[blanks:most]]:
                if key and len(answers) < share:
                    shown = await _press(editor, key, answers, report)
            rest = shown.text.split("\n")[0] if shown else typed[most:]
            for key in [*rest, "\n"]:
                if len(answers) < share:
                    await _press(editor, key, answers, report)
    return answers


def summarize(answers: Sequence[Answer]) -> dict[str, Any]:
    """Return the shares of the sources, the times of each, and how much was stale."""
    shown = [answer for answer in answers if answer.source is not None]
    own = [answer for answer in shown if answer.source != "engine"]
    return {
        "keys": len(answers),
        "shown": len(shown),
        "without_engine": len(own) / max(1, len(shown)),
        "stale": sum(answer.stale for answer in answers),
        "ms": {
            source: _percentiles([a.ms for a in shown if a.source == source and a.ms is not None])
            for source in ("memory", "running", "engine")
        },
    }


async def _press(
    editor: EditorClient, key: str, answers: list[Answer], report: Report
) -> Shown | None:
    editor.type(key)
    shown = await editor.complete()
    usage: Mapping[str, Any] = shown.usage if shown else {}
    answers.append(
        Answer(
            source=usage.get("source"),
            ms=usage.get("answerMs"),
            stale=shown is not None and not shown.here,
        )
    )
    report()
    return shown


def _percentiles(values: list[float]) -> dict[str, float | int | None]:
    ordered = sorted(values)

    def at(share: float) -> float | None:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None

    return {"answers": len(ordered), "p50": at(0.5), "p95": at(0.95)}
