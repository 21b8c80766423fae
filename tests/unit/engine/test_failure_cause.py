"""Why an engine died, from its log: golden cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from fimls.engine.failure_cause import verdict

LOG = Path("engine.log")


@pytest.mark.parametrize(
    ("log", "told"),
    [
        ("torch.OutOfMemoryError: CUDA out of memory. Tried", "ran out of memory: serve a smaller"),
        ("RuntimeError: Not enough memory. Please try", "ran out of memory"),
        ("OSError: x/y is not a local folder and is not a valid model identifier", "did not find"),
        ("huggingface_hub.errors.LocalEntryNotFoundError: An error happened", "did not find"),
        ("[Errno 98] error while attempting to bind: address already in use", "port was taken"),
        ("launch_server.py: error: unrecognized arguments: --colour", "does not know one of its"),
        ("Traceback\nValueError: something else", "ended by itself (ValueError: something else)"),
        ("", "ended by itself; its log is engine.log."),
    ],
)
def test_causes(log: str, told: str) -> None:
    said = verdict(log, LOG)

    assert told in said
    assert said.endswith("its log is engine.log.")
    assert "\n" not in said


def test_a_killed_engine_is_most_likely_out_of_memory() -> None:
    assert "killed, most likely for want of memory" in verdict("", LOG, killed=True)


def test_a_long_error_is_shortened() -> None:
    assert len(verdict("ValueError: " + "x" * 5_000, LOG)) < 400


def test_memory_that_others_took_while_it_loaded_is_named_and_not_the_signal_after_it():
    said = verdict(
        "ValueError: Loaded weights leave no GPU memory for the KV cache under"
        " --mem-fraction-static=0.3. Raise --mem-fraction-static above 0.304.\n"
        "[2026-11-28 15:34:47] Received sigquit from a child process.\n",
        LOG,
        killed=True,
    )
    assert said.startswith("Other programs took memory while SGLang loaded: close some of them")
    assert "Received sigquit" not in said
