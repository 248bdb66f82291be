"""When a daily schedule is due, also on the days when clocks change."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest

from sluice.engine.declare import Daily
from sluice.engine.schedule import latest_due
from sluice.errors import ConfigError


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("daily", "now", "due"),
    [
        (Daily("02:00", tz="Africa/Nairobi"), "2024-05-02 00:30", "2024-05-01 23:00"),
        (Daily("02:00", tz="Africa/Nairobi"), "2024-05-01 22:59", "2024-04-30 23:00"),
        (Daily("02:00", tz="Africa/Nairobi"), "2024-05-01 23:00", "2024-05-01 23:00"),
        # Berlin has no 02:30 on 2024-03-31: due when the gap ends, at 03:30 summer time
        (Daily("02:30", tz="Europe/Berlin"), "2024-03-31 01:29", "2024-03-30 01:30"),
        (Daily("02:30", tz="Europe/Berlin"), "2024-03-31 12:00", "2024-03-31 01:30"),
        # and 02:30 twice on 2024-10-27: due the first time, and not again the second
        (Daily("02:30", tz="Europe/Berlin"), "2024-10-27 00:30", "2024-10-27 00:30"),
        (Daily("02:30", tz="Europe/Berlin"), "2024-10-27 01:45", "2024-10-27 00:30"),
        (Daily("02:30", tz="Europe/Berlin"), "2024-10-28 01:30", "2024-10-28 01:30"),
        (Daily("23:50", tz="Pacific/Kiritimati"), "2024-01-01 09:49", "2023-12-31 09:50"),
    ],
)
def test_the_latest_due_time_is(daily: Daily, now: str, due: str) -> None:
    assert latest_due(daily, at(now)) == at(due)


@pytest.mark.parametrize("mistake", [{"at": "2:00"}, {"at": "24:00"}, {"at": "02:00", "tz": "Nairobi"}])
def test_a_wrong_schedule_is_refused_where_it_is_declared(mistake: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="Daily"):
        Daily(**mistake)


def test_beat_can_keep_an_entry_in_its_schedule_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@localhost/none")
    monkeypatch.setenv("REDIS_URL", "redis://localhost:1/0")
    from workers.beat import LocalCrontab

    entry = LocalCrontab("0", "2", "Africa/Nairobi")
    again = pickle.loads(pickle.dumps(entry))  # noqa: S301 - beat keeps its schedule as a pickle
    assert (again, str(again.tz)) == (entry, "Africa/Nairobi")
