"""Which worker of pytest-xdist runs which tests, and when.

A file of tests stays together, for the fixtures that its tests share; those of faults go one by one, as each is long
and shares nothing. What waits for minutes begins first, and what computes for seconds fills the gaps at the end. Faults
begin on two workers only: more of them would be late for nothing on a machine of two cores.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

FAULTS_AT_ONCE = 2
_ORDER = ("tests/faults", "tests/acceptance", "tests/integration", "tests/unit")


class Spread(LoadScopeScheduling):
    """A queue of files, and of single tests of faults."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith("tests/faults") else nodeid.split("::", 1)[0]

    def _assign_work_unit(self, node: WorkerController) -> None:
        early = _ORDER if node in list(self.nodes)[:FAULTS_AT_ONCE] else (*_ORDER[1:], _ORDER[0])
        wanted = min(self.workqueue, key=lambda scope: _place(scope, early))
        self.workqueue.move_to_end(wanted, last=False)
        super()._assign_work_unit(node)


def _place(scope: str, early: tuple[str, ...]) -> int:
    return next((n for n, folder in enumerate(early) if scope.startswith(folder)), len(early))
