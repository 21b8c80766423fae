"""Thousands of seats: regions with replicas and hubs, and what a seat costs in a month."""

from __future__ import annotations

import math

import attrs
from attrs import validators as v

from fimls.capacity.forecast import Replica

HOURS_A_MONTH = 730
"""Of a month, on the average: GPUs are paid for by night, too."""

EDITORS_OF_A_HUB = 200
"""At two keys a second each; a hundred took 46 % of a core at five (server/HUB.md)."""


@attrs.frozen(kw_only=True)
class Fleet:
    """Where people are served from.

    Attributes:
        people: with an open editor, at the hour when most of them have one.
        seats: that one replica serves.
        replica: one of them.
        regions: each with replicas and hubs of its own, as a keystroke does not cross an ocean.
        spare: replicas of each region that may be down while everybody is still served.
        gpu_hour: what a GPU costs for an hour, in any currency, or None.
    """

    people: int = attrs.field(validator=v.ge(1))
    seats: int = attrs.field(validator=v.ge(1))
    replica: Replica
    regions: int = attrs.field(default=1, validator=v.ge(1))
    spare: int = attrs.field(default=0, validator=v.ge(0))
    gpu_hour: float | None = None

    @property
    def people_of_a_region(self) -> int:
        """The same number in each."""
        return math.ceil(self.people / self.regions)

    @property
    def replicas_of_a_region(self) -> int:
        """With those that are spare."""
        return math.ceil(self.people_of_a_region / self.seats) + self.spare

    @property
    def gpus(self) -> int:
        """Of all regions."""
        return self.regions * self.replicas_of_a_region * self.replica.gpus

    @property
    def seat_a_month(self) -> float | None:
        """What a seat costs, for the GPUs alone."""
        if self.gpu_hour is None:
            return None
        return self.gpus * self.gpu_hour * HOURS_A_MONTH / self.people
