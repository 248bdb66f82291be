"""purge against a real ledger: what goes, what stays, and that whoever works meanwhile is left alone."""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.database.connection import drop_connection
from sluice.engine.ledger import runs
from sluice.engine.ledger.cleanup import purge
from sluice.engine.ledger.cleanup.landing_copies import purge_landing
from sluice.engine.ledger.rejects.stream import stream_rejects
from sluice.engine.ledger.runs import Run
from sluice.errors import ConfigError
from tests.kit.in_process import InProcess
from tests.kit.stack import Stack, until

MONTH = timedelta(days=30)
NUMBERS = Pipeline(
    "numbers",
    Files("*.csv"),
    Table("numbers", key=("n",), columns=[Column("n", Integer(), required=True), Column("word", Text())]),
)
TABLES = ("part", "step", "reject", "contender")


@pytest.fixture
def ledger(engine: InProcess) -> InProcess:
    engine.use(NUMBERS)
    return engine


def a_file(folder: Path, name: str, *rows: str) -> Path:
    path = folder / name
    path.write_text("n,word\n" + "".join(f"{row}\n" for row in rows))
    return path


def loaded(ledger: InProcess, path: Path, days_ago: int) -> Run:
    """A run of that file that ended so many days ago."""
    run = ledger.register(path)
    ledger.finish(run)
    age(ledger, run, days_ago)
    return run


def age(ledger: InProcess, run: Run, days: int) -> None:
    ledger.sql("update sluice.run set finished_at = clock_timestamp() - %s where id = %s", timedelta(days=days), run.id)


def left(ledger: InProcess, run: Run) -> dict[str, int]:
    inputs = "(select id from sluice.input where run_id = %(run)s)"
    where = {"part": f"input_id in {inputs}", "reject": f"input_id in {inputs}"}
    return {
        table: ledger.sql(
            f"select count(*) from sluice.{table} where {where.get(table, 'run_id = %(run)s')}".replace(
                "%(run)s", str(run.id)
            )
        )[0][0]
        for table in TABLES
    }


def purge_all(older_than: timedelta = MONTH) -> dict[int, dict[str, int]]:
    cutoff = purge.before(older_than)
    return {run: dict(purge.purge_run(run, cutoff)) for run in purge.purgeable_runs(cutoff)}


def test_an_old_run_gives_back_what_only_costs_space(ledger: InProcess, tmp_path: Path) -> None:
    old = loaded(ledger, a_file(tmp_path, "old.csv", "1,a", "x,b", "2,c", "y,d"), days_ago=40)
    young = loaded(ledger, a_file(tmp_path, "young.csv", "3,a", "z,b"), days_ago=20)
    before = old.status().json()

    assert purge_all() == {old.id: {"contenders": 0, "rejects": 2, "steps": 3, "parts": 1}}

    assert left(ledger, old) == {"part": 0, "step": 0, "reject": 0, "contender": 0}
    assert left(ledger, young) == {"part": 1, "step": 3, "reject": 1, "contender": 0}
    after = old.status().json()
    assert {k: after[k] for k in ("state", "read", "loaded", "rejected")} == {
        "state": "done",
        "read": 4,
        "loaded": 2,
        "rejected": 2,
    }
    assert after["inputs"] == before["inputs"]
    assert after["purged_at"] is not None
    assert ledger.sql("select count(*) from numbers join sluice.input i on i.id = _input_id") == [(3,)]
    assert purge_all() == {}


def test_the_same_content_is_known_again_after_a_purge(ledger: InProcess, tmp_path: Path) -> None:
    path = a_file(tmp_path, "old.csv", "1,a")
    old = loaded(ledger, path, days_ago=40)
    purge_all()

    again = ledger.finish(ledger.register(path))

    assert [each["state"] for each in again["inputs"]] == ["already_loaded"]
    assert again["inputs"][0]["same_as_run"] == old.id


def test_rows_of_a_purged_run_still_win_their_keys_and_can_be_replaced(ledger: InProcess, tmp_path: Path) -> None:
    path = a_file(tmp_path, "old.csv", "1,a", "2,b")
    loaded(ledger, path, days_ago=40)
    purge_all()

    other = ledger.finish(ledger.register(a_file(tmp_path, "other.csv", "1,A", "2,b", "2,c", "3,d")))
    again = ledger.finish(ledger.register(path, reload=True))

    assert (other["loaded"], other["duplicate"], other["rejected"]) == (1, 1, 2)
    assert (again["loaded"], again["state"]) == (2, "done")
    assert ledger.sql("select n, word from numbers order by n") == [(1, "a"), (2, "b"), (3, "d")]


def test_an_open_run_is_never_touched(ledger: InProcess, tmp_path: Path) -> None:
    run = ledger.register(a_file(tmp_path, "open.csv", "1,a"))
    ledger.plan(run)
    age(ledger, run, 400)

    assert purge_all() == {}
    assert ledger.finish(run)["loaded"] == 1


def dead(ledger: InProcess, folder: Path) -> Run:
    """An old run whose only part died."""
    run = ledger.register(a_file(folder, "dead.csv", "1,a"))
    ledger.plan(run)
    ledger.sql("update sluice.step set state = 'dead', error = 'It broke.' where kind = 'extract'")
    ledger.sql("update sluice.input set state = 'failed', parts_left = 0")
    ledger.sql("insert into sluice.step (run_id, kind, state) values (%s, 'settle', 'done')", run.id)
    ledger.sql("update sluice.run set state = 'failed', inputs_left = 0")
    age(ledger, run, 40)
    return run


def test_a_purged_run_cannot_be_retried_and_says_why(ledger: InProcess, tmp_path: Path) -> None:
    run = dead(ledger, tmp_path)
    purge_all()

    with pytest.raises(ConfigError, match=rf"Run {run.id} was purged on \d{{4}}-\d\d-\d\d, .* run its files again"):
        runs.retry(run.id)


def test_a_retry_that_comes_first_keeps_the_run(ledger: InProcess, tmp_path: Path) -> None:
    run = dead(ledger, tmp_path)
    cutoff = purge.before(MONTH)
    assert purge.purgeable_runs(cutoff) == [run.id]

    assert runs.retry(run.id) == 1

    assert purge.purge_run(run.id, cutoff) == {}
    assert ledger.finish(run)["loaded"] == 1


def test_a_purge_that_comes_during_a_retry_waits_for_it_and_leaves_the_run(
    ledger: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = dead(ledger, tmp_path)
    cutoff = purge.before(MONTH)
    gone: list[dict[str, int]] = []

    def purge_in_a_thread() -> None:
        gone.append(dict(purge.purge_run(run.id, cutoff)))
        drop_connection()

    def waits(cursor: Any) -> bool:
        cursor.execute("select count(*) from pg_locks where not granted and locktype = 'transactionid'")
        return bool(cursor.fetchone()[0])

    thread = threading.Thread(target=purge_in_a_thread)
    looks = iter((False, True))

    def last_look(cursor: Any, run_id: int) -> None:
        if next(looks):  # the run is open again, and not committed
            thread.start()
            until(lambda: waits(cursor), 120, "the purge at the run's lock")
        refuse_purged(cursor, run_id)

    refuse_purged = runs._refuse_purged
    monkeypatch.setattr(runs, "_refuse_purged", last_look)
    assert runs.retry(run.id) == 1
    thread.join(60)

    assert gone == [{}]
    assert ledger.finish(run)["loaded"] == 1


def test_a_retry_that_a_purge_overtakes_changes_nothing(
    ledger: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = dead(ledger, tmp_path)
    read = runs.query

    def overtaken(name: str) -> str:
        if name == "reopen_run":
            thread = threading.Thread(target=mark)
            thread.start()
            thread.join(60)
        return read(name)

    def mark() -> None:
        ledger.sql("update sluice.run set purged_at = clock_timestamp()")
        drop_connection()

    monkeypatch.setattr(runs, "query", overtaken)
    with pytest.raises(ConfigError, match="was purged"):
        runs.retry(run.id)
    assert ledger.sql("select state from sluice.step where kind = 'extract'") == [("dead",)]


def test_an_interrupted_purge_is_taken_up_by_the_next(
    ledger: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = loaded(ledger, a_file(tmp_path, "old.csv", *[f"x{n},a" for n in range(25)], "1,a"), days_ago=40)
    monkeypatch.setattr(purge, "BATCH", 10)
    real = purge._in_batches

    def killed(name: str, **asked: int) -> int:
        if name == "purge_steps":
            raise KeyboardInterrupt
        return real(name, **asked)

    monkeypatch.setattr(purge, "_in_batches", killed)
    with pytest.raises(KeyboardInterrupt):
        purge_all()
    monkeypatch.setattr(purge, "_in_batches", real)

    assert left(ledger, run) == {"part": 1, "step": 3, "reject": 0, "contender": 0}
    assert purge_all() == {run.id: {"contenders": 0, "rejects": 0, "steps": 3, "parts": 1}}


def test_many_rejects_go_in_batches(ledger: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = loaded(ledger, a_file(tmp_path, "old.csv", *[f"x{n},a" for n in range(95)], "1,a"), days_ago=40)
    asked, real = [], purge.query

    def noted(name: str) -> str:
        asked.append(name)
        return real(name)

    monkeypatch.setattr(purge, "BATCH", 10)
    monkeypatch.setattr(purge, "query", noted)
    assert purge_all()[run.id]["rejects"] == 95
    assert asked.count("purge_rejects") == 10


def test_a_dry_run_counts_what_a_purge_takes(ledger: InProcess, tmp_path: Path) -> None:
    run = loaded(ledger, a_file(tmp_path, "old.csv", "1,a", "x,b"), days_ago=40)
    ledger.sql("insert into sluice.contender (run_id, input_id, part_id, line, row) values (%s, 1, 1, 1, '{}')", run.id)
    cutoff = purge.before(MONTH)

    counted = purge.count_purgeable([run.id], cutoff)

    assert counted == {"rejects": 1, "contenders": 1, "steps": 3, "parts": 1, "ticks": 0, "kept_rows": 0}
    assert purge.purge_run(run.id, cutoff) == {"rejects": 1, "contenders": 1, "steps": 3, "parts": 1}


def test_old_ticks_go_but_the_newest_of_each_schedule(ledger: InProcess) -> None:
    for schedule, days in (("a", 60), ("a", 50), ("a", 1), ("gone", 90), ("gone", 80)):
        ledger.sql(
            "insert into sluice.tick values (%s, date_trunc('day', clock_timestamp()) - %s)",
            schedule,
            timedelta(days=days),
        )
    cutoff = purge.before(MONTH)
    assert purge.count_purgeable([], cutoff)["ticks"] == 3
    assert purge.purge_ticks(cutoff) == 3
    assert ledger.sql("select schedule, count(*) from sluice.tick group by 1 order by 1") == [("a", 1), ("gone", 1)]


OLD, YOUNG, OPEN, UNKNOWN, FRESH = ("".join([letter] * 64) for letter in "abcde")


def test_the_landing_keeps_what_a_younger_or_open_run_needs(ledger: InProcess, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    landing.mkdir()
    old = loaded(ledger, a_file(tmp_path, "old.csv", "1,a"), days_ago=40)
    young = loaded(ledger, a_file(tmp_path, "young.csv", "2,a"), days_ago=20)
    waiting = ledger.register(a_file(tmp_path, "open.csv", "3,a"))
    # a worker may see the landing under another path
    for run, name in ((old, OLD), (young, YOUNG), (waiting, OPEN)):
        ledger.sql("update sluice.input set landed = %s where run_id = %s", f"/elsewhere/landing/{name}", run.id)
    typed = f"{OLD}-stdin.csv"
    ledger.sql("update sluice.input set uri = %s where run_id = %s", str(landing / f"{YOUNG}-in"), young.id)
    part, mine = f".{'f' * 32}.part", "2024-report.csv"
    for name in (OLD, YOUNG, OPEN, UNKNOWN, FRESH, typed, f"{YOUNG}-in", part, mine):
        (landing / name).write_text("x")
        days = 0.5 if name == FRESH else 50
        moment = (landing / name).stat().st_mtime - days * 86_400
        os.utime(landing / name, (moment, moment))
    (landing / "folder").mkdir()
    stay = {YOUNG, OPEN, FRESH, f"{YOUNG}-in", mine, "folder"}

    cutoff = purge.before(MONTH)
    assert purge_landing(str(landing), cutoff, dry_run=True) == 4
    assert len(list(landing.iterdir())) == 10
    assert purge_landing(str(landing), cutoff) == 4

    assert {path.name for path in landing.iterdir()} == stay


def test_a_copy_that_has_just_landed_again_stays(ledger: InProcess, tmp_path: Path) -> None:
    old = loaded(ledger, a_file(tmp_path, "old.csv", "1,a"), days_ago=40)
    copy = tmp_path / "landing" / OLD
    copy.parent.mkdir()
    copy.write_text("x")
    ledger.sql("update sluice.input set landed = %s where run_id = %s", str(copy), old.id)
    assert purge_landing(str(copy.parent), purge.before(MONTH)) == 0
    assert copy.exists()


def test_a_landing_that_was_never_made_has_nothing(ledger: InProcess, tmp_path: Path) -> None:
    assert purge_landing(str(tmp_path / "landing"), purge.before(MONTH)) == 0


def test_rejects_stream_by_input_and_line(ledger: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sluice.engine.ledger.rejects.stream.AT_ONCE", 3)
    first = a_file(tmp_path, "b.csv", *[f"x{n},a" for n in range(8)], ",c")
    second = a_file(tmp_path, "a.csv", "y,a", "1,b")
    run = ledger.register(first, second)
    status = ledger.finish(run)
    inputs = [(each["input"], each["uri"]) for each in status["inputs"]]

    rows = list(stream_rejects(inputs))

    assert [row[:3] for row in rows] == [
        *[(str(first), line, "n") for line in range(2, 11)],
        (str(second), 2, "n"),
    ]
    assert [row[:4] for row in stream_rejects(inputs, "missing")] == [(str(first), 10, "n", "missing")]
    assert list(stream_rejects([])) == []


def test_a_reader_that_stops_early_leaves_no_transaction_open(ledger: InProcess, tmp_path: Path) -> None:
    run = loaded(ledger, a_file(tmp_path, "a.csv", "y,a", "z,b", "1,c"), days_ago=0)
    rows = stream_rejects([(each["input"], each["uri"]) for each in run.status().json()["inputs"]])
    next(rows)
    rows.close()
    until(lambda: ledger.sql("select current_setting('idle_in_transaction_session_timeout') <> '0'")[0][0], 1)


@pytest.mark.slow
def test_the_commands_beside_a_worker_that_loads(stack: Stack) -> None:
    folder = stack.home / "calls"
    expected = stack.sluice(
        "sample", "call_logs", "--rows", "60000", "--files", "4", "--dirty", "0.1", "--out", str(folder)
    )
    head = "customer_id,call_cost,call_destination,call_date,call_duration\n"
    refused = stack.home / "refused.csv"
    refused.write_text(
        head + "1,$1.00,Nairobi,2023-01-01 10:00:00,00:01:00\n=1,$1.00,Nairobi,2023-01-01 10:00:01,00:01:00\n"
    )
    stack.worker()
    old = stack.wait(stack.enqueue(refused))["run"]
    stack.sql("update sluice.run set finished_at = finished_at - interval '40 days' where id = %s", old)

    run = stack.enqueue(*sorted(folder.glob("*.csv")))
    exported = stack.sluice("rejects", "export", "--report", str(old), "out.csv")
    purged = stack.sluice("purge", "--older-than", "30d")
    status = stack.wait(run)

    assert exported["exported"] == 1
    assert (stack.home / "out.csv").read_text().splitlines()[1].startswith("refused.csv,3,customer_id,not_integer,")
    assert (purged["runs"], purged["rejects"], purged["parts"], purged["steps"]) == (1, 1, 1, 3)
    assert [status[name] for name in ("state", "loaded", "duplicate", "rejected")] == [
        "done",
        expected["loaded"],
        expected["duplicate"],
        expected["rejected"],
    ]
    assert stack.sluice("status", str(old))["purged_at"] is not None
    assert stack.sluice("retry", str(old), ok=False)["exit_code"] == 2
