"""Which worker gets which tests, and what becomes of them where a worker dies."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

REAL_PROGRAMS = ("tests/engine/", "tests/editors/")
"""Folders whose tests take real engines and editors: one worker runs them, one by one."""

RELEASE = "tests/release/"
"""One worker builds the release for all tests of it."""


class ByFile(LoadScopeScheduling):
    """One worker has all tests of a file, and one all those with real programs.

    The scheduler is pytest-xdist's own; its groups need marks in names that pytest 9 has no more.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(REAL_PROGRAMS):
            return "real programs"
        if nodeid.startswith(RELEASE):
            return "release"
        return nodeid.partition("::")[0]

    def remove_node(self, node: WorkerController) -> str | None:
        """Give what a worker that died has left to the others, first of all.

        pytest-xdist 3.8 queues again every file the worker ever had: the test that killed it runs
        once more, and a file of which nothing is left gets no report, so the run never ends.
        """
        work = self.assigned_work.pop(node)
        left = {scope: tests for scope, tests in work.items() if not all(tests.values())}
        if not left:
            return None
        scope, tests = next(iter(left.items()))
        crashed = next(test for test, done in tests.items() if not done)
        tests[crashed] = True
        if all(tests.values()):
            del left[scope]
        self.workqueue = OrderedDict({**left, **self.workqueue})
        for other in self.assigned_work:
            self._reschedule(other)
        return crashed

    def _reschedule(self, node: WorkerController) -> None:
        """Give a worker two tests at least, or tell it that no more will come.

        A worker keeps its last test until it knows what follows; pytest-xdist 3.8 sees to that at
        the beginning, but not for the worker that takes a dead one's place.
        """
        super()._reschedule(node)
        while (
            self.workqueue
            and not node.shutting_down
            and self._pending_of(self.assigned_work[node]) < 2
        ):
            self._assign_work_unit(node)
        if not self.workqueue:
            node.shutdown()
