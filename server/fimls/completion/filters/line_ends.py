r"""Line ends become ``\n``: editors write their own when they insert."""

from __future__ import annotations

from dataclasses import replace

from fimls.completion.filters.proposal import Proposal
from fimls.completion.surroundings import Surroundings


def line_ends(proposal: Proposal, _around: Surroundings) -> Proposal:
    r"""Write ``\r\n`` and a lone ``\r`` as ``\n``."""
    return replace(proposal, text=proposal.text.replace("\r\n", "\n").replace("\r", "\n"))
