"""Blanks alone are nothing to show, and none end a proposal at a line's end or before a blank."""

from __future__ import annotations

from dataclasses import replace

from fimls.completion.filters.proposal import NOTHING, Proposal
from fimls.completion.surroundings import Surroundings


def blanks(proposal: Proposal, around: Surroundings) -> Proposal:
    """Drop a blank text; take blanks from the end where none or another blank follows."""
    if not proposal.text.strip():
        return NOTHING
    rest = around.after[proposal.replaces :]
    if rest.strip() and not rest[0].isspace():
        return proposal  # a blank before more of the line may be meant
    text = proposal.text.rstrip(" \t") if rest.strip() else proposal.text.rstrip()
    return replace(proposal, text=text)
