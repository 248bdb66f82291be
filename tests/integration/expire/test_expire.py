"""Rows that are older than their table keeps them go, and do not come back."""

from __future__ import annotations

from collections import Counter

import pytest

from sluice.engine.base import failpoint
from sluice.engine.doctor.rows import look_at_rows
from sluice.engine.ledger.runs import Run
from sluice.engine.steps.expire import expire as steps
from sluice.errors import ConfigError, PermanentError
from sluice.pipelines import find
from sluice.tasks.removal.expire import expire, expire_due
from sluice.tasks.removal.undo import undo
from tests.integration.expire.calls import BY_LOAD, Calls, days_ago

OLD, NEW = days_ago(100), days_ago(10)
EXPIRIES = "select table_name, column_name, rows, ended_at is not null, waits_for from sluice.expiry"


def _old_rows(calls: Calls, *, on_conflict: str = "keep") -> None:
    """Two old rows and a new one, loaded when nothing expired."""
    calls.declare("", on_conflict=on_conflict)
    calls.load(calls.file("calls1.csv", f"1,{OLD},a", f"2,{OLD},b", f"3,{NEW},a"))


def test_old_rows_are_deleted_and_counted_and_new_ones_stay(calls: Calls) -> None:
    _old_rows(calls)
    calls.declare()

    (done,) = expire([find("calls")])

    assert calls.ids == [3]
    assert (done.rows, done.batches, done.ended) == (2, 1, True)
    assert calls.engine.sql(EXPIRIES) == [("call", "day", 2, True, None)]
    assert calls.engine.sql("select loaded, expired from sluice.input") == [(3, 2)]
    assert [each.state for each in look_at_rows([find("calls")])] == ["ok"]


def test_a_dry_run_counts_and_deletes_nothing(calls: Calls) -> None:
    _old_rows(calls)
    calls.declare()
    (done,) = expire([find("calls")], dry_run=True)
    assert (done.rows, calls.ids) == (2, [1, 2, 3])
    assert calls.engine.sql(EXPIRIES) == []


def test_beat_does_it_once_a_day(calls: Calls) -> None:
    _old_rows(calls)
    calls.declare()
    assert [each.rows for each in expire_due([find("calls")])] == [2]
    assert expire_due([find("calls")]) == []


def test_later_files_do_not_bring_old_rows_back(calls: Calls) -> None:
    calls.declare()
    status = calls.load(calls.file("calls1.csv", f"1,{OLD},a", f"2,{days_ago(90)},a", f"3,{days_ago(91)},a"))

    assert calls.ids == [2]
    assert [status[name] for name in ("read", "loaded", "rejected")] == [3, 1, 2]
    first = days_ago(90)
    assert calls.engine.sql("select line, column_name, code, raw, reason from sluice.reject order by line") == [
        (line, "day", "expired", None,
         (f"day is before {first}, and rows of call expire after 90 days: "
          "the row is not loaded, and its text is not kept."))
        for line in (2, 4)
    ]  # fmt: skip


def test_small_files_of_a_batch_are_judged_alike(calls: Calls) -> None:
    calls.declare()
    files = [calls.file(f"calls{number}.csv", f"{number},{OLD},a", f"{number + 10},{NEW},a") for number in range(3)]
    status = calls.load(*files)
    assert (status["loaded"], status["rejected"], calls.ids) == (3, 3, [10, 11, 12])


def test_a_file_with_other_old_rows_keeps_its_own_reasons(calls: Calls) -> None:
    calls.declare()
    calls.load(calls.file("calls1.csv", f"x,{OLD},a", f"2,{OLD},a"))
    assert calls.engine.sql("select line, code from sluice.reject order by line") == [
        (2, "not_integer"),
        (3, "expired"),
    ]


def test_the_same_file_has_nothing_to_do_and_a_reload_refuses_what_expired(calls: Calls) -> None:
    _old_rows(calls)
    calls.declare()
    expire([find("calls")])
    path = calls.folder / "calls1.csv"
    assert (calls.load(path)["read"], calls.ids) == (0, [3])
    status = calls.load(path, reload=True)
    assert (status["loaded"], status["rejected"], calls.ids) == (1, 2, [3])
    assert [each.state for each in look_at_rows([find("calls")])] == ["ok"]


def test_derived_tables_stay_until_their_next_build_which_is_without_them(calls: Calls) -> None:
    _old_rows(calls)
    calls.declare()
    assert calls.notes == [("a", 2), ("b", 1)]
    expire([find("calls")])
    assert calls.notes == [("a", 2), ("b", 1)]
    calls.load(calls.file("calls2.csv", f"4,{NEW},c"))
    assert calls.notes == [("a", 1), ("c", 1)]


def test_a_derived_table_that_does_not_say_so_is_refused(calls: Calls) -> None:
    calls.declare()
    path = calls.folder / "declared" / "calls.py"
    path.write_text(path.read_text().replace("without_expired=True", "without_expired=False"))
    calls.engine.forget()
    with pytest.raises(ConfigError) as refused:
        find("calls")
    assert "'notes' reads {calls}, whose rows expire after 90 days" in str(refused.value)
    assert "without_expired=True says that this is meant" in str(refused.value)


def test_an_open_run_is_not_contradicted(calls: Calls) -> None:
    _old_rows(calls)
    calls.declare()
    run = calls.engine.register(calls.file("calls2.csv", f"4,{NEW},c"))
    (done,) = expire([find("calls")])
    assert (done.rows, done.ended, calls.ids) == (0, False, [1, 2, 3])
    assert done.why == f"run {run.id} is open and may load into the table: it goes on after that"
    assert calls.engine.sql(EXPIRIES) == [("call", "day", 0, False, run.id)]
    calls.engine.finish(run)
    assert [each.rows for each in expire_due([find("calls")])] == [2]
    assert calls.ids == [3, 4]


def test_a_run_whose_rows_have_expired_can_be_undone(calls: Calls) -> None:
    calls.declare("")
    calls.load(calls.file("calls1.csv", f"1,{OLD},a"))
    calls.load(calls.file("calls2.csv", f"2,{OLD},b", f"3,{NEW},b"))
    second = calls.run
    calls.declare()
    expire([find("calls")])
    done = undo(second.id)
    assert done.by is not None
    calls.engine.finish(Run(done.by))
    assert (calls.ids, calls.notes) == ([], [])
    assert [each.state for each in look_at_rows([find("calls")])] == ["ok"]


def test_an_undo_restores_rows_that_expire_on_the_next_day(calls: Calls) -> None:
    _old_rows(calls, on_conflict="update")
    calls.load(calls.file("calls2.csv", f"1,{NEW},new"))
    second = calls.run
    calls.declare(on_conflict="update")
    expire([find("calls")])
    assert calls.ids == [1, 3]
    done = undo(second.id)
    assert done.by is not None
    calls.engine.finish(Run(done.by))
    assert calls.ids == [1, 3]
    (again,) = expire([find("calls")])
    assert (again.rows, calls.ids) == (1, [3])
    assert [each.state for each in look_at_rows([find("calls")])] == ["ok"]


def test_rows_expire_by_when_they_were_loaded(calls: Calls) -> None:
    calls.declare(BY_LOAD)
    calls.load(calls.file("calls1.csv", f"1,{OLD},a"))
    calls.load(calls.file("calls2.csv", f"2,{OLD},a"))
    calls.engine.sql(
        "update sluice.input set finished_at = finished_at - interval '91 days'"
        " where uri like '%%calls1.csv' returning 1"
    )
    (done,) = expire([find("calls")])
    assert (done.rows, calls.ids) == (1, [2])
    assert calls.engine.sql(EXPIRIES) == [("call", "", 1, True, None)]


def test_rows_without_a_key_expire_too(calls: Calls) -> None:
    calls.declare("", key="None")
    calls.load(calls.file("calls1.csv", f"1,{OLD},a", f"1,{OLD},a", f"1,{NEW},a"))
    calls.declare(key="None")
    (done,) = expire([find("calls")])
    assert (done.rows, calls.ids) == (2, [1])


def test_a_killed_command_has_counted_whole_batches_and_the_next_goes_on(
    calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "PAGES", 1)
    calls.declare("")
    calls.load(calls.file("calls1.csv", *(f"{number},{OLD},{'x' * 100}" for number in range(500)), f"900,{NEW},a"))
    calls.declare()
    monkeypatch.setitem(failpoint._points, "expire.before_commit", (3, "raise"))
    monkeypatch.setattr(failpoint, "_counts", Counter())
    with pytest.raises(PermanentError):
        expire([find("calls")])
    monkeypatch.delitem(failpoint._points, "expire.before_commit")
    left = len(calls.ids)
    assert 1 < left < 501
    assert calls.engine.sql("select expired from sluice.input") == [(501 - left,)]
    (done,) = expire([find("calls")])
    assert (calls.ids, done.rows) == ([900], left - 1)
    assert calls.engine.sql(EXPIRIES) == [("call", "day", 500, True, None)]


def test_rows_that_sluice_has_not_loaded_stay_and_are_counted(calls: Calls) -> None:
    _old_rows(calls)
    calls.engine.sql("alter table call alter _input_id drop not null, alter _line drop not null; select 1")
    calls.engine.sql(f"insert into call (id, day) values (77, '{OLD}') returning 1")
    calls.declare()
    (would,) = expire([find("calls")], dry_run=True)
    assert (would.rows, would.left) == (2, 1)
    expire([find("calls")])
    assert calls.ids == [3, 77]


def test_the_day_is_that_of_the_runs_registration_however_late_it_is_tried(calls: Calls) -> None:
    calls.declare()
    run = calls.engine.register(calls.file("calls1.csv", f"1,{days_ago(95)},a"))
    calls.engine.sql("update sluice.run set created_at = created_at - interval '6 days' returning 1")
    calls.engine.finish(run)
    assert calls.ids == [1]
