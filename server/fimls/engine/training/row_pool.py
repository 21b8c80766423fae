"""Rows of token ids made on all cores, a few steps ahead of the accelerator that reads them."""

from __future__ import annotations

import multiprocessing
import random
from array import array
from collections import deque
from collections.abc import Sequence
from multiprocessing.pool import AsyncResult
from types import TracebackType

from fimls.engine.training.fim import Sampler
from fimls.engine.training.vocabulary import Vocabulary

AHEAD = 4
"""Steps."""

_sampler: Sampler | None = None


class RowPool:
    """Draws the rows of each step by the step's own random numbers: so a run can go on anywhere."""

    def __init__(
        self, texts: Sequence[str], vocabulary: Vocabulary, seed: int, processes: int
    ) -> None:
        """The processes are forked, and share the texts: make them before CUDA is touched."""
        global _sampler
        _sampler = Sampler(texts, vocabulary, seed)
        self._seed = seed
        self._pool = multiprocessing.get_context("fork").Pool(processes)
        self._asked: deque[tuple[tuple[int, int, int], AsyncResult[list[array[int]]]]] = deque()

    def rows(self, step: int, number: int, length: int) -> list[array[int]]:
        """Return the rows of a step, and have those of the next ones begun."""
        if self._asked and self._asked[0][0] != (step, number, length):
            self._asked.clear()
        for ahead in range(step + len(self._asked), step + AHEAD):
            key = (ahead, number, length)
            wanted = [(f"{self._seed} {ahead} {row}", length) for row in range(number)]
            self._asked.append((key, self._pool.starmap_async(_row, wanted)))
        return self._asked.popleft()[1].get()

    def __enter__(self) -> RowPool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the processes."""
        self._pool.terminate()
        self._pool.join()


def _row(seed: str, length: int) -> array[int]:
    assert _sampler is not None
    _sampler.rng = random.Random(seed)
    return array("i", _sampler.row(length))
