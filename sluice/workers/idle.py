"""A process that is idle after a task gives up the step, whose next message waits in Redis or was lost.

Else its lease would expire, and it would count as a process that vanished. While there is work, the next claim does it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress

from sluice.engine.base.settings import settings
from sluice.engine.database.connection import drop_connection
from sluice.engine.ledger import steps
from sluice.engine.ledger.kinds import PASSED_ON
from sluice.engine.ledger.steps import Claim
from sluice.errors import SluiceError

_timer: threading.Timer | None = None


def is_idle_after(claims: Sequence[Claim]) -> None:
    """A task ended well, of one step or a batch, and another task of its chain follows."""
    global _timer
    if claims[0].kind in PASSED_ON:
        _timer = threading.Timer(settings().lease_s / 3, _pass_on, (claims,))
        _timer.daemon = True
        _timer.start()


def is_busy() -> None:
    """A task begins."""
    if _timer is not None:
        _timer.cancel()


def _pass_on(claims: Sequence[Claim]) -> None:
    with suppress(SluiceError):  # PostgreSQL is away: the lease runs out
        for claim in claims:
            steps.pass_on(claim)
    drop_connection()
