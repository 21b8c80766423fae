"""How many users an engine holds: arithmetic, with every assumption in the open.

A user's prompts stay in the cache while there is room. One whose prompt has been evicted makes the
engine read it again at the next key, so the cache should hold what everybody at work has open. How
fast it answers them all is another question: that is measured, with ``fimls bench``, not computed.
"""

from __future__ import annotations

import math

import attrs

from fimls.engine.model_memory import MEMORY_SHARE, ModelMemory
from fimls.engine.preset import Preset
from fimls.errors import ConfigurationError


@attrs.frozen(kw_only=True)
class Workload:
    """What a user does, as far as the engine's memory is concerned.

    Attributes:
        prompt_tokens: of the longest prompt that the settings allow, prefix and suffix.
        new_tokens: that one completion may add behind it.
        places: where a user goes back and forth between: each has a prompt of its own.
        running: generations that a user has in the engine at the same moment, at most: the
            completion, and what is generated ahead.
    """

    prompt_tokens: int = 2_048 + 512
    new_tokens: int = 64
    places: int = 4
    running: int = 2

    @property
    def cached_tokens(self) -> int:
        """Tokens that one user wants to find in the cache."""
        return self.places * (self.prompt_tokens + self.running * self.new_tokens)


@attrs.frozen(kw_only=True)
class CapacityPlan:
    """Replicas of a preset for so many users.

    Attributes:
        preset: what is served.
        users: who are at work at the same time.
        work: what each does.
        sizes: of the model, on the GPUs that it is served from.
        memory_share: of each GPU, for weights and cache.
    """

    preset: Preset
    users: int
    work: Workload
    sizes: ModelMemory
    memory_share: float

    @property
    def tokens(self) -> int:
        """Tokens that one replica's cache holds."""
        return self.sizes.tokens(self.memory_share)

    @property
    def users_held(self) -> int:
        """Users whose prompts one replica's cache holds."""
        return self.tokens // self.work.cached_tokens

    @property
    def fits(self) -> bool:
        """Whether it can be served at all: the weights, and one prompt at its longest."""
        return self.users_held > 0

    @property
    def replicas(self) -> int:
        """Replicas that hold all users, 0 if none does."""
        return math.ceil(self.users / self.users_held) if self.fits else 0

    @property
    def gpus(self) -> int:
        """GPUs of all replicas."""
        return self.replicas * self.sizes.gpus


def plan(
    preset: Preset,
    users: int,
    work: Workload | None = None,
    *,
    gpus: int | None = None,
    gpu_gb: float | None = None,
) -> CapacityPlan:
    """Return what it takes to serve so many users.

    Args:
        preset: what is served; its sizes are known.
        users: who are at work at the same time.
        work: what each does.
        gpus: GPUs of a replica, instead of the preset's.
        gpu_gb: memory of each, instead of the preset's.

    Raises:
        ConfigurationError: the preset does not say its sizes, or a number makes no sense.
    """
    if preset.sizes is None:
        raise ConfigurationError(
            f"The preset {preset.name} has no table [sizes], from which a plan is computed: add it,"
            " fimls.engine.model_memory says what is in it."
        )
    if users < 1:
        raise ConfigurationError("A plan needs one user or more: give --users a whole number.")
    try:
        sizes = attrs.evolve(
            preset.sizes,
            gpus=preset.sizes.gpus if gpus is None else gpus,
            gpu_gb=preset.sizes.gpu_gb if gpu_gb is None else gpu_gb,
        )
    except ValueError as error:
        raise ConfigurationError(
            "A replica needs a GPU with memory: give --gpus and --gpu-gb."
        ) from error
    share = float(preset.arguments.get("mem-fraction-static", MEMORY_SHARE))
    return CapacityPlan(
        preset=preset, users=users, work=work or Workload(), sizes=sizes, memory_share=share
    )
