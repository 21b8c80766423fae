"""How fast an engine reads and writes, with the source of each figure: none of them is ours.

There was no GPU. DeepSeek says of its own deployment of V2 on 8 x H800 in FP8 that it reads more
than 100,000 tokens a second and writes more than 50,000 (DeepSeek-V2, arXiv 2405.04434, section
3.2.3). Other figures here are scaled from that by the weights that are active and the GPUs, and
none was measured: ``python tests/bench/gpu_capacity.py`` measures them where there is a GPU.
"""

from __future__ import annotations

import attrs
from attrs import validators as v

from fimls.engine.preset import Preset


@attrs.frozen(kw_only=True)
class Rates:
    """Of one replica with all its GPUs.

    Attributes:
        read_per_s: prompt tokens that are read in a second.
        step_s: time of one step, in which every running request gets a token.
        overhead_s: what a request takes besides, for the way there and for scheduling.
        running: requests that run together, at most.
        source: where the figures come from, in words.
        measured: whether they were measured by whoever plans.
    """

    read_per_s: float = attrs.field(validator=v.gt(0))
    step_s: float = attrs.field(validator=v.gt(0))
    overhead_s: float = attrs.field(default=0.01, validator=v.ge(0))
    running: int = attrs.field(default=256, validator=v.ge(1))
    source: str = "given"
    measured: bool = True


_V2_ACTIVE_BILLION = 21
_V2_READ_PER_S = 100_000
_V2_GPUS = 8
_SHARE = 0.5
"""What of the published rate is assumed for one engine of SGLang with prompts of 2,500 tokens."""


def rates_of(preset: Preset, *, gpus: int | None = None) -> Rates:
    """Return assumed rates for a preset: the published ones of V2, by active weights and GPUs."""
    sizes = preset.sizes
    gpus = gpus or (sizes.gpus if sizes else 1)
    active = (sizes.active_billion or sizes.parameters_billion) if sizes else _V2_ACTIVE_BILLION
    read = _V2_READ_PER_S * _SHARE * (_V2_ACTIVE_BILLION / active) * (gpus / _V2_GPUS)
    return Rates(
        read_per_s=read,
        step_s=0.02,
        source=(
            f"half of the {_V2_READ_PER_S:,} tokens/s that DeepSeek reports for V2 on 8 x H800 in"
            " FP8 (arXiv 2405.04434), by active weights and GPUs; 20 ms a step is a guess"
        ),
        measured=False,
    )
