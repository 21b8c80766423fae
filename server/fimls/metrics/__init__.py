"""What fimls counts of its own work: told by those who know, kept by those who show it.

It knows no other room.
"""

from __future__ import annotations

from fimls.metrics.meter import Kind, Meter, Outcome

__all__ = ["Kind", "Meter", "Outcome"]
