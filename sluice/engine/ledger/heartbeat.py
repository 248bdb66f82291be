"""Keeps claims alive while their work goes on: a thread that extends the leases, on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from sluice.engine.base.settings import settings
from sluice.engine.database.connection import drop_connection, transaction
from sluice.engine.database.statements import statements
from sluice.engine.ledger.steps import Claim
from sluice.errors import LostClaim, SluiceError

query = statements(__name__)


class Heartbeat:
    """`with Heartbeat([claim]) as pulse: ... pulse.check()`; the thread uses PostgreSQL only in long steps."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self._claims = claims
        self._lost = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def check(self) -> None:
        """Raise LostClaim when another worker has claimed a step."""
        if self._lost:
            raise LostClaim(
                f"Step {self._claims[0].step} ({self._claims[0].kind}), or another of its batch, was taken over."
            )

    def _beat(self) -> None:
        lease = settings().lease_s
        params = {"steps": [c.step for c in self._claims], "fences": [c.fence for c in self._claims], "lease_s": lease}
        while not self._stop.wait(lease / 3):
            try:
                with transaction() as cursor:
                    cursor.execute(query("extend"), params)
                    self._lost = cursor.rowcount != len(self._claims)
            except SluiceError:
                continue  # PostgreSQL is away: the lease decides, and the fence protects the load
            if self._lost:
                break
        drop_connection()
