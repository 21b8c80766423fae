"""What is known of a change beside the change itself: findings, and what they say together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["exact", "checked", "suggestion"]
"""What stands behind a change: a proof; evidence that was gathered on what a model wrote; nothing
but the model, so that somebody has to review it."""

State: TypeAlias = Literal["passed", "doubtful", "refuted", "not run"]
"""`refuted` is for what was shown to be wrong: such a change is not offered at all."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rung says of a change.

    Attributes:
        rung: its name, as people read it.
        state: what came of it.
        says: why, as a sentence; empty where it passed and there is nothing to add.
        evidence: whether this pass alone makes the change a checked one, where nothing is doubtful.
    """

    rung: str
    state: State
    says: str = ""
    evidence: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the ladder says of a change."""

    kind: Kind
    findings: tuple[Finding, ...] = ()

    @property
    def refutation(self) -> Finding | None:
        """The rung that showed it to be wrong, if one did."""
        return next((each for each in self.findings if each.state == "refuted"), None)

    @property
    def summary(self) -> str:
        """What people read with the change."""
        groups = (
            ("Passed", "passed"),
            ("Doubtful", "doubtful"),
            ("Wrong", "refuted"),
            ("Not run", "not run"),
        )
        lines: list[str] = []
        for title, state in groups:
            named = [
                f"{each.rung} ({each.says})" if each.says else each.rung
                for each in self.findings
                if each.state == state
            ]
            if named:
                lines.append(f"{title}: {', '.join(named)}.")
        return "\n".join(lines)
