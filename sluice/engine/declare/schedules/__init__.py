"""When a pipeline is due: at times of a clock, or after other pipelines."""

from __future__ import annotations

from sluice.engine.declare.schedules.after import After
from sluice.engine.declare.schedules.cron import Cron, Hourly
from sluice.engine.declare.schedules.daily import Daily
from sluice.engine.declare.schedules.every import Every

Timed = Daily | Hourly | Every | Cron  # due at times of a clock
Schedule = Timed | After

__all__ = ["After", "Cron", "Daily", "Every", "Hourly", "Schedule", "Timed"]
