"""How far a completion has been read."""

from __future__ import annotations

from dataclasses import dataclass

from fimls.completion.stopping.line_probability import LineProbability
from fimls.completion.stopping.scope import Scope
from fimls.completion.stopping.stop_context import StopContext
from fimls.syntax import Scan


@dataclass(frozen=True, slots=True)
class Stop:
    """The end of a completion.

    Attributes:
        at: how much of the text is shown.
        why: name of the rule.
    """

    at: int
    why: str


@dataclass(slots=True, kw_only=True)
class StopState:
    """How far a text has been read; its fields hold only immutable values, so a copy is cheap.

    Attributes:
        place: where the completion stands.
        lines: what the user wants: ``single``, ``auto`` or ``multi``.
        max_lines: upper bound on shown lines.
        scan: what is open before the line that is being read.
        owed: closing brackets that the document lacks for what is around the completion.
        at: offset of that line.
        whole: the lines before it.
        headed: whether its beginning was looked at.
        scope: what ends the completion, once that is decided.
        base: indentation of its first line.
        first: offset of that line.
        finished: where a complete statement ended, if the next line may still belong to it.
        settled: how much will be shown in any case.
        blanks: blank lines directly before the line that is being read.
        over: whether a blank line ends the paragraph, unless the next line is a deeper one.
        closing: whether the line closes the block around the completion.
        suspect: offset of a line that is like the next one of the document, but may only look so.
        doubts: complete lines of the statement that did not parse.
        handed: where a line ended that leaves its closing to what stands behind the cursor.
        certainty: how sure the model was of its text, where that is known.
        least: the probability that a line behind the first one has at least; 0 asks for none.
        pending: where it ends unless what follows a bracket, which the document has already, begins
            a clause and its block.
        reopened: whether that clause was begun.
        alone: whether the line that is being read has to begin the block that stands below.
        owing: where it ends unless a later line begins that block.
        aside: where comments began that stand further left than the code above them: it ends there
            unless the block goes on below them.
    """

    place: StopContext
    lines: str
    max_lines: int
    scan: Scan
    owed: str
    at: int = 0
    whole: tuple[str, ...] = ()
    headed: bool = False
    scope: Scope | None = None
    base: int = 0
    first: int = 0
    finished: int | None = None
    settled: int = 0
    blanks: int = 0
    over: bool = False
    closing: bool = False
    suspect: int | None = None
    doubts: int = 0
    handed: int | None = None
    certainty: LineProbability | None = None
    least: float = 0.0
    pending: Stop | None = None
    reopened: bool = False
    alone: bool = False
    owing: Stop | None = None
    aside: int | None = None

    @classmethod
    def begin(
        cls, place: StopContext, *, lines: str, max_lines: int, least: float = 0.0
    ) -> StopState:
        """Return a reading of nothing yet."""
        return cls(
            place=place,
            lines=lines,
            max_lines=max_lines,
            scan=place.before,
            owed=place.owed,
            least=least,
        )

    @property
    def before(self) -> str:
        """What stands before the line that is being read: for the first one, the cursor's line."""
        return "" if self.whole else self.place.around.before

    @property
    def tells(self) -> bool:
        """Whether the model's own certainty is known and says where a completion ends."""
        return self.certainty is not None and self.least > 0

    def complete_at(self, end: int) -> Stop:
        """Return the end of a complete statement, by whether it has one line or more."""
        at, several = 0, False
        for line in self.whole:
            at += len(line) + 1
            several = several or self.first < at < end
        return Stop(end, "block" if several else "line")
