"""The user's settings of the engine, for benchmarks."""

from __future__ import annotations

from fimls.cli.eval_common import configured
from fimls.settings import EngineSettings


def configured_engine(url: str | None) -> EngineSettings:
    """Return what the user's settings say of the engine, for what is to be measured as it comes.

    Raises:
        FimlsError: something in the user's file is wrong.
    """
    return configured(url).engine
