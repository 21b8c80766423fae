"""Plug-in that lets SGLang serve on a machine without a GPU.

SGLang calls `register` through the entry point in the group ``sglang.srt.plugins``, in its main
process and in its scheduler. In processes that `fimls.engine` did not start for the CPU it does
nothing, and imports nothing.
"""

from __future__ import annotations

import multiprocessing
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sglang.srt.layers.attention.base_attn_backend import AttentionBackend
    from sglang.srt.model_executor.model_runner import ModelRunner

ATTENTION_BACKEND = "fimls_cpu"
"""Name of our attention backend, as given to SGLang's ``--attention-backend``."""

ENVIRONMENT_FLAG = "FIMLS_CPU_ENGINE"
"""Set to 1 in the environment of engine processes that run without a GPU."""


def register() -> None:
    """Add our attention backend to SGLang's tables, if this process runs on the CPU."""
    if os.environ.get(ENVIRONMENT_FLAG) != "1":
        return
    import sglang.srt.entrypoints.engine as engine
    from sglang.srt.arg_groups.choices import add_attention_backend_choices
    from sglang.srt.layers.attention.attention_registry import register_attention_backend
    from sglang.srt.plugins.hook_registry import HookRegistry

    add_attention_backend_choices([ATTENTION_BACKEND])
    register_attention_backend(ATTENTION_BACKEND)(_backend)
    HookRegistry.register(f"{engine.__name__}._set_envs_and_config", _fork_workers)


def _backend(runner: ModelRunner) -> AttentionBackend:
    """Build the backend; called in the scheduler, once the model is loaded."""
    from sglang.srt.models.deepseek_common.attention_backend_handler import AttentionBackendRegistry
    from sglang.srt.models.deepseek_common.attention_forward_methods.forward_methods import (
        AttnForwardMethod,
    )

    from fimls.engine.cpu.attention import CpuAttention

    # DeepSeek models pick their form of attention by the backend's name. Ours always takes the
    # absorbed one: its keys are what the cache holds.
    AttentionBackendRegistry.register(
        ATTENTION_BACKEND, lambda attention, batch: AttnForwardMethod.MLA
    )
    return CpuAttention(runner)


def _fork_workers(result: object, server_args: object) -> None:
    """Fork scheduler and detokenizer from the main process, which has imported all they need.

    SGLang spawns them afresh because CUDA does not survive a fork. Without a GPU nothing forbids
    it, and it saves two imports of SGLang: two thirds of what starting a small model costs.
    """
    multiprocessing.set_start_method("fork", force=True)
