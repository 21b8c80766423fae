"""Reads a completion while it is generated, and says where it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fimls.completion.stopping.confidence_gate import sure_until
from fimls.completion.stopping.line_by_line import read
from fimls.completion.stopping.line_probability import LineProbability
from fimls.completion.stopping.stop_context import StopContext
from fimls.completion.stopping.stop_state import Stop, StopState
from fimls.completion.surroundings import Surroundings
from fimls.settings import CompletionSettings


class Stopping:
    r"""Decides, for each piece of text that arrives, whether a completion has its end.

    What it decides depends on the text alone, not on the pieces in which it arrives. Line ends
    are ``\n`` here, whatever the model writes.
    """

    def __init__(
        self,
        around: Surroundings,
        *,
        lines: str,
        max_lines: int,
        min_probability: float = 0.0,
        line_probability: float = 0.0,
    ) -> None:
        """Prepare for one completion.

        Args:
            around: what stands around the cursor.
            lines: ``single`` for one line, ``multi`` for the rest of the block wherever nothing
                follows on the line, ``auto`` to decide by the first line and where it stands.
            max_lines: upper bound on shown lines.
            min_probability: joint probability since the cursor below which nothing is shown; 0
                shows everything.
            line_probability: what each line behind the first has at least. 0 asks for nothing,
                and then less indented lines end it, unless they are clauses of its statement.
        """
        self._reading = StopState.begin(
            StopContext.of(around), lines=lines, max_lines=max_lines, least=line_probability
        )
        self._least = min_probability
        self._text = ""
        self._stop: Stop | None = None

    @classmethod
    def within(cls, around: Surroundings, limits: CompletionSettings) -> Stopping:
        """Prepare for one completion of the length and certainty that the user wants."""
        return cls(
            around,
            lines=limits.lines,
            max_lines=limits.max_lines,
            min_probability=limits.min_probability,
            line_probability=limits.line_probability,
        )

    def feed(self, text: str, logprobs: Sequence[tuple[str, float]] = ()) -> bool:
        r"""Take the text generated so far; return whether there is enough of it.

        Args:
            text: everything since the cursor, not only what is new.
            logprobs: every token of it, as text and natural logarithm of its probability.
        """
        if self._stop:
            return True
        sure = sure_until(text, logprobs, self._least)
        doubtful = sure < len(text)
        if doubtful:
            text = text[:sure]
        elif text.endswith("\r"):
            text = text[:-1]  # a line feed may follow
        self._text = text.replace("\r\n", "\n").replace("\r", "\n")
        self._reading.certainty = LineProbability.of(self._text, logprobs)
        self._stop = read(self._reading, self._text)
        if doubtful and not self._stop:
            end = self._end() or Stop(len(self._text), "confidence")
            self._stop = replace(end, why="confidence")
        return self._stop is not None

    @property
    def shown(self) -> str:
        """What of the text is to be shown, also when the generation has ended by itself."""
        end = self._stop or self._end()
        text = self._text[: end.at] if end else self._text
        if not self._reading.place.after:
            text = text.rstrip()
        return text if text.strip() else ""

    @property
    def settled(self) -> str:
        """The whole lines that will be shown whatever follows: they can be shown already."""
        if self._stop:
            return self.shown
        return self._text[: self._reading.settled]

    @property
    def why(self) -> str | None:
        """The name of the rule that ended it, or None while nothing did."""
        return self._stop.why if self._stop else None

    def _end(self) -> Stop | None:
        """Return where it would end if nothing more came."""
        return read(replace(self._reading), self._text, final=True)
