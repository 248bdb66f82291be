"""A lease that is kept while a `with` block runs: a thread extends it, on a connection of its own."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.settings import settings
from sluice.engine.database.connection import drop_connection, transaction
from sluice.errors import SluiceError


class Lease(ABC):
    """Inside the block `extend` is called three times in each `lease_s`. Short blocks do not use PostgreSQL for it."""

    def __init__(self, name: str) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    @abstractmethod
    def extend(self, cursor: Cursor) -> bool:
        """Extend the lease, in a transaction of its own. False when another process has it."""

    def _keep(self) -> None:
        kept = True
        while kept and not self._stop.wait(settings().lease_s / 3):
            try:
                with transaction() as cursor:
                    kept = self.extend(cursor)
            except SluiceError:
                continue  # PostgreSQL is away: the lease decides, and a fence protects what is written
        drop_connection()
