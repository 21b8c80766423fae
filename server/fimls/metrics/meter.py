"""What there is to count, as one object that is told facts; this one keeps nothing.

Who knows a fact tells it: the server what became of a request, the service what was shown of a
text, the backend what the engine was asked. A server that shows no metrics has this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal[
    "answered", "empty", "superseded", "stale", "late", "cancelled", "failed"
]
"""How a request for completions ended. ``answered``: with suggestions. ``empty``: there was nothing
to say. ``superseded``: a newer request for the document came. ``stale``: the document moved on.
``late``: the deadline passed. ``cancelled``: the editor took it back. ``failed``: anything else."""

Kind: TypeAlias = Literal["completion", "ahead", "action", "warm"]
"""What the engine is asked for: a text that somebody waits for, one that is to be there when it is
wanted, a code action, or to read a prompt."""


class Meter:
    """Is told what happens for one user; counts and times, never text."""

    def joined(self) -> None:
        """An editor connected."""

    def left(self) -> None:
        """An editor's connection ended."""

    def answered(self, outcome: Outcome, source: str, seconds: float) -> None:
        """A request for completions ended.

        Args:
            outcome: how.
            source: where its suggestions come from (`fimls.completion.query.Source`), or empty.
            seconds: since it was read.
        """

    def failed(self, cause: str) -> None:
        """A request failed; the cause is the name of the error."""

    def filtered(self, names: Sequence[str], *, away: bool) -> None:
        """A generated text was changed by these filters; `away`: nothing of it was left."""

    def used(self, tokens: int) -> None:
        """So many more generated tokens are of texts from which something was shown."""

    def given_up(self) -> None:
        """A generation was ended before its text was enough for anybody."""

    def suggestion(self, outcome: str, source: str, after_s: int) -> None:
        """It became known what became of a suggestion; see `fimls.completion.acceptance`."""

    def changed(self) -> None:
        """A document changed, which is about one keystroke."""

    def inserted(self, characters: int, after_s: int) -> None:
        """So many characters of a suggestion were accepted, or are still there that long after."""

    def queued(self, kind: Kind, seconds: float) -> None:
        """A request to the engine waited for its turn."""

    def shed(self, kind: Kind) -> None:
        """A request to the engine was refused because too much waited already."""

    def cache(self, engine: str, rank: int, *, host: int, evicted: int) -> None:
        """A request to the engine ended, of which more is known.

        Args:
            engine: its address.
            rank: which of its data-parallel ranks answered.
            host: cached tokens that came from the machine's memory.
            evicted: tokens of its prompt that the engine had once and had to read again.
        """

    def generated(
        self,
        kind: Kind,
        end: str,
        *,
        prompt: int,
        cached: int,
        new: int,
        first_s: float | None,
        total_s: float,
    ) -> None:
        """A request to the engine ended.

        Args:
            kind: what it was for.
            end: the engine's finish reason, ``left`` where nobody read to the end, ``failed``.
            prompt: tokens of its prompt, 0 where the engine did not answer.
            cached: how many of them the engine had in its cache.
            new: tokens that were generated.
            first_s: seconds to the first chunk, or None where none came.
            total_s: seconds to its end.
        """
