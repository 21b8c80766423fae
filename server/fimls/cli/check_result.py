"""What a check found, and how it is written."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.text import Text

from fimls.printable import printable

_COLOURS = {"ok": "green", "note": "yellow", "bad": "red"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The outcome of one check.

    Attributes:
        subject: what was looked at.
        state: ``ok``, ``note`` (works, but worth knowing) or ``bad``.
        says: what was found.
        remedy: what to do about it, if anything.
    """

    subject: str
    state: str
    says: str
    remedy: str = ""


def print_check_result(finding: CheckResult) -> None:
    """Write a finding for people; each line is as long as it is, so that paths can be copied."""
    console = Console(markup=False, highlight=False)
    # Names and settings may have brackets, which rich would read as its own marks.
    console.print(
        Text(f"{finding.state:<4}", _COLOURS[finding.state]),
        Text(f"{finding.subject}:", "bold"),
        Text(printable(finding.says, most=4_000)),
        soft_wrap=True,
    )
    if finding.remedy:
        console.print("      →", Text(printable(finding.remedy)), soft_wrap=True)


def print_check_result_as_json(finding: CheckResult) -> None:
    """Write a finding for programs: one object on a line of its own."""
    print(json.dumps(asdict(finding)), flush=True)
