"""Keeps claims alive while their work goes on."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.settings import settings
from sluice.engine.database.lease import Lease
from sluice.engine.database.statements import statements
from sluice.engine.ledger.steps import Claim
from sluice.errors import LostClaim

query = statements(__name__)


class Heartbeat(Lease):
    """`with Heartbeat([claim]) as pulse: ... pulse.check()`; the thread uses PostgreSQL only in long steps."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        super().__init__("heartbeat")
        self._claims = claims
        self._lost = False

    def check(self) -> None:
        """Raise LostClaim when another worker has claimed a step."""
        if self._lost:
            raise LostClaim(
                f"Step {self._claims[0].step} ({self._claims[0].kind}), or another of its batch, was taken over."
            )

    def extend(self, cursor: Cursor) -> bool:
        """Extend the leases of all claims."""
        steps, fences = [claim.step for claim in self._claims], [claim.fence for claim in self._claims]
        cursor.execute(query("extend"), {"steps": steps, "fences": fences, "lease_s": settings().lease_s})
        self._lost = cursor.rowcount != len(self._claims)
        return not self._lost
