"""Customer lifetime value, once a day, for those who schedule with Airflow: enqueue the day's run, and wait for it.

Airflow decides when, Sluice does the work: nothing is loaded here and no row passes through. A task may be tried again
at any point, since files that were loaded before have nothing to do. Needs sluice_command.py in the same folder.
"""  # noqa: INP001 - a folder to copy from, not a package

import os
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airflow.sdk import CronDataIntervalTimetable, Param, Variable, dag, task
from airflow.sdk.exceptions import AirflowFailException
from sluice_command import ServerAway, SluiceFailed, enqueue_run, retry_run, run_state

# What is yours to change: when the files of a day are there, on whose calendar, and since when.
CRON = "0 3 * * *"  # the run for a day begins at 03:00 of the next
TIMEZONE = "Africa/Kigali"
FIRST_DAY = datetime(2026, 1, 1, tzinfo=ZoneInfo(TIMEZONE))

# The Airflow Variable with the place of a day's files, and its default.
FILES_VARIABLE = "sluice_customer_ltv_files"
FILES = f"{os.environ.get('SLUICE_INBOX') or 'inbox'}/customer_ltv/{{day}}"

AS_OF = Param(None, type=["null", "string"], format="date", description="Another day than the run's own: YYYY-MM-DD.")


def day_of(logical_date: datetime | None, as_of: str | None) -> date:
    """The day to build for: the parameter, else the day of the run's logical date on the calendar of TIMEZONE.

    Not `ds`: that is the day in UTC, which in Nairobi at 02:00 is still yesterday.
    """
    if as_of:
        return date.fromisoformat(as_of)
    if logical_date is None:
        raise AirflowFailException("This run has no logical date: trigger it with one, or with the parameter as_of.")
    return logical_date.astimezone(ZoneInfo(TIMEZONE)).date()


@task
def enqueue(params: dict[str, Any] | None = None, logical_date: datetime | None = None) -> int:
    """Register the day's files as a run of Sluice, and hand its number on."""
    day = day_of(logical_date, (params or {}).get("as_of"))
    return enqueue_run(day, Variable.get(FILES_VARIABLE, default=FILES))


# Reschedule: a run may take hours, and it must not occupy a slot of Airflow's workers.
@task.sensor(mode="reschedule", poke_interval=60, timeout=timedelta(hours=24).total_seconds())
def wait(run: int, ti: Any = None, task_reschedule_count: int = 0) -> bool:
    """Whether the run is done. A failed one fails the task; the next try begins with `sluice retry`."""
    try:
        found = run_state(run)
        print(found.words)
        if found.state != "failed":
            return found.state == "done"
        if not found.dead_steps:
            raise AirflowFailException(f"{found.words}\nCorrect the files, then clear this day and those after it.")
        begins_another_try = ti.try_number > 1 and task_reschedule_count == 0
        if begins_another_try and retry_run(run):
            return False
        raise SluiceFailed(found.words)
    except ServerAway as away:
        print(f"{away} The run continues; checking again later.")
        return False


@dag(
    schedule=CronDataIntervalTimetable(CRON, timezone=TIMEZONE),
    start_date=FIRST_DAY,
    catchup=True,
    max_active_runs=1,  # one day after the other: of two snapshots of customers, the one loaded last counts
    default_args={"retries": 3, "retry_delay": timedelta(minutes=10)},
    params={"as_of": AS_OF},
    tags=["sluice"],
)
def customer_ltv() -> None:
    """Load the day's customers, orders and payments, and build the value of each customer as of that day."""
    wait(enqueue())


customer_ltv()
