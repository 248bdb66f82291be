"""Schedules: when days are due, the state of each, which files belong to it, and how its run is started."""

from sluice.engine.schedule.check import Start, begin_day, check_schedule
from sluice.engine.schedule.due import Due, deadline_of, due_on, missed, missed_times, next_due
from sluice.engine.schedule.inbox import tells_days
from sluice.engine.schedule.overview import Alarm, Scheduled, alarms, overview

__all__ = [
    "Alarm", "Due", "Scheduled", "Start", "alarms", "begin_day", "deadline_of", "due_on", "missed",
    "missed_times", "next_due", "overview", "tells_days", "check_schedule",
]  # fmt: skip
