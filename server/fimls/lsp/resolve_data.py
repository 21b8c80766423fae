"""A code action between listing and resolving: what the client keeps of it and sends back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

from fimls.lsp.request_errors import invalid
from fimls.refactor import Problem
from fimls.refactor.verdict import Kind

_NAMES = ("uri", "version", "action", "start", "end", "kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveData:
    """Names an action and its place; small, because clients carry one for each offer.

    Attributes:
        uri: the document.
        version: its version when the action was offered.
        action: the action's name.
        start: offset where the selection begins, in code points.
        end: offset where it ends.
        problems: the diagnostics that it is about.
        kind: the most that can stand behind the change; clients may tell actions apart by it.
    """

    uri: str
    version: int
    action: str
    start: int
    end: int
    problems: tuple[Problem, ...] = ()
    kind: Kind = "suggestion"

    def data(self) -> dict[str, Any]:
        """Return it as JSON."""
        data = {name: getattr(self, name) for name in _NAMES}
        if self.problems:
            data["problems"] = [asdict(each) for each in self.problems]
        return data

    @classmethod
    def of(cls, data: object) -> ResolveData:
        """Read what a client brings back.

        Raises:
            Declined: it is not what we gave it.
        """
        try:
            values = dict(cast("Mapping[str, Any]", data))
            values.pop("rungs", None)  # of one that was resolved already
            problems = cast("Sequence[Mapping[str, Any]]", values.pop("problems", ()))
            asked = cls(**values, problems=tuple(Problem(**each) for each in problems))
            if not 0 <= asked.start <= asked.end:
                raise ValueError("no selection")
        except (TypeError, ValueError) as error:
            raise invalid(
                "The code action's data are not those that it was listed with."
            ) from error
        return asked
