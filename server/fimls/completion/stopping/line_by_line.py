"""The rules, applied line by line to a text that grows at its end."""

from __future__ import annotations

from fimls.completion.stopping.block_below import is_begun
from fimls.completion.stopping.clauses import hand_over
from fimls.completion.stopping.dedent import doubtful, take_over
from fimls.completion.stopping.line_end import ends
from fimls.completion.stopping.line_start import awaits_head, begins
from fimls.completion.stopping.stop_state import Stop, StopState
from fimls.completion.stopping.within_line import inside


def read(reading: StopState, text: str, *, final: bool = False) -> Stop | None:
    """Read on to the end of `text`, and say where the completion ends, if it does.

    Args:
        reading: how far it was read; it is moved on.
        text: all of the text so far.
        final: whether nothing will follow, so that the last line is as it is.
    """
    stop = _read_on(reading, text, final=final)
    pending, owing, aside = reading.pending, reading.owing, reading.aside
    if aside is not None and (stop.at > aside if stop else final):
        stop = Stop(aside, "dedent")
    if pending and (stop.at > pending.at if stop else final):
        stop = pending
    if owing and (stop or final) and not is_begun(reading, text[: stop.at if stop else None]):
        return owing
    return stop


def _read_on(reading: StopState, text: str, *, final: bool) -> Stop | None:
    while True:
        end = text.find("\n", reading.at)
        line = text[reading.at : end] if end >= 0 else text[reading.at :]
        complete = final or end >= 0
        stop = begins(reading, line, complete)
        if not stop and not complete and awaits_head(reading, line):
            return None
        stop = stop or doubtful(reading, line) or inside(reading, line, complete)
        if stop or not complete:
            return stop
        take_over(reading, line)
        stop = ends(reading, text, line, final=end < 0)
        if stop or end < 0:
            return stop
        hand_over(reading)
        if len(reading.whole) + 1 >= reading.max_lines:
            return Stop(end, "lines")
        reading.whole += (line,)
        reading.at = end + 1
        reading.headed = False
