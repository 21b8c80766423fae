"""Blanks alone are nothing to show, and none end a proposal at a line's end."""

from __future__ import annotations

from dataclasses import replace

from fimls.completion.filters.proposal import NOTHING, Proposal
from fimls.completion.surroundings import Surroundings


def blanks(proposal: Proposal, around: Surroundings) -> Proposal:
    """Drop a blank text; take blanks from the end where nothing of the line follows."""
    if not proposal.text.strip():
        return NOTHING
    if around.after[proposal.replaces :].strip():
        return proposal  # a blank before more of the line may be meant
    return replace(proposal, text=proposal.text.rstrip())
