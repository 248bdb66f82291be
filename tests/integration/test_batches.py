"""Steps of small files in batches: the same result as one by one, and whatever is unusual goes on alone."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from celery.exceptions import Ignore

from sluice.engine.database.connection import DatabaseAway, connect
from sluice.engine.database.locks import Lock, lock
from sluice.engine.ledger import steps
from sluice.engine.ledger.batches import claims
from sluice.engine.ledger.batches.claims import claim_batch
from sluice.engine.ledger.runs import Run
from sluice.engine.rows.frames.cache import forget_frames
from sluice.engine.sources.inputs import inputs_of
from sluice.engine.steps import extract
from sluice.engine.steps.batch import load as batch_load
from sluice.engine.steps.withdraw import withdraw_input
from sluice.errors import EarlierRunOpen, TransientError
from sluice.pipelines import find
from sluice.samples.call_logs import make_call_logs
from sluice.tasks import batches
from sluice.tasks.enqueue import enqueue_inputs
from tests.kit.in_process import InProcess
from tests.kit.stack import until

FILES = 30
HEADER = "customer_id,call_cost,call_destination,call_date,call_duration\n"
ROWS = """select i.position, c._line, c.customer_id, c.call_cost_usd, c.call_destination, c.call_date, c.call_duration_s
          from customer_call_logs c join sluice.input i on i.id = c._input_id order by 1, 2"""
REJECTS = """select i.position, r.line, r.column_name, r.code, r.reason, r.other_line,
                    (select position from sluice.input o where o.id = r.other_input)
             from sluice.reject r join sluice.input i on i.id = r.input_id where r.run_id = %s order by 1, 2"""
BOOKS = """select position, state, error_code, planned, read, loaded, duplicate, rejected, contested, note
           from sluice.input where run_id = %s order by position"""
WAITING = """select count(*) from pg_locks l join pg_stat_activity a using (pid)
             where not l.granted and a.datname = current_database()"""
STEPS = "select kind, state, light, count(*)::int from sluice.step where run_id = %s group by 1, 2, 3 order by 1, 2, 3"


@pytest.fixture
def calls(engine: InProcess) -> InProcess:
    engine.use(find("call_logs"))
    return engine


def row(key: int, cost: str = "1.00", to: str = "Lyon") -> str:
    return f"{key},{cost},{to},2023-05-06 07:08:09,00:01:00\n"


def files(folder: Path, *texts: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{number:02}.csv" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(HEADER + text)
    return paths


def register(engine: InProcess, *paths: Path, **options: Any) -> Run:
    return enqueue_inputs(engine.pipeline, inputs_of(engine.pipeline, paths), **options)


def take(engine: InProcess, run: Run, kind: str) -> Any:
    """One message with all due steps of a kind, taken by its task."""
    return getattr(batches, kind)({"steps": engine.steps(run, kind)})


def load(engine: InProcess, run: Run) -> None:
    """All due parts of a run, through the three tasks of a batch."""
    batches.load(batches.transform(take(engine, run, "extract")))


def finish(engine: InProcess, run: Run) -> None:
    take(engine, run, "plan")
    if engine.steps(run, "extract"):
        load(engine, run)
    engine.settle(run)


def result(engine: InProcess, run: Run) -> tuple[list[tuple[Any, ...]], ...]:
    return engine.sql(ROWS), engine.sql(REJECTS, run.id), engine.sql(BOOKS, run.id)


def test_files_in_a_batch_come_to_the_same_as_one_by_one(calls: InProcess, tmp_path: Path) -> None:
    make_call_logs(tmp_path / "sample", rows=50 * FILES, files=FILES, dirty=0.3)
    paths = sorted((tmp_path / "sample").glob("*.csv"))
    together = register(calls, *paths)
    finish(calls, together)
    found = result(calls, together)
    assert calls.sql(STEPS, together.id) == [
        ("load", "done", True, FILES), ("plan", "done", True, FILES), ("settle", "done", False, 1),
    ]  # fmt: skip
    calls.sql("truncate customer_call_logs, sluice.run, sluice.reject restart identity cascade")
    alone = register(calls, *paths)
    calls.finish(alone)
    assert found == result(calls, alone)
    assert len(found[1]) > 100


def test_a_key_in_two_files_of_a_batch_is_decided_by_their_order(calls: InProcess, tmp_path: Path) -> None:
    run = register(calls, *files(tmp_path / "f", row(1) + row(2), row(2), row(1, "9.00") + row(3)))
    finish(calls, run)
    rows, rejects, books = result(calls, run)
    assert [(position, line, key) for position, line, key, *_ in rows] == [(1, 2, 1), (1, 3, 2), (3, 3, 3)]
    assert [(each[0], each[1], each[3], each[-1]) for each in rejects] == [(3, 2, "key_conflict", 1)]
    assert [(b[4], b[5], b[6], b[7], b[8]) for b in books] == [(2, 2, 0, 0, 0), (1, 0, 1, 0, 0), (2, 1, 0, 1, 0)]


def test_keys_that_other_runs_have_loaded_are_compared_with_these(calls: InProcess, tmp_path: Path) -> None:
    finish(calls, register(calls, *files(tmp_path / "a", row(1), row(2))))
    run = register(calls, *files(tmp_path / "b", row(1) + row(3), row(2, "9.00"), row(4)))
    finish(calls, run)
    _, rejects, books = result(calls, run)
    assert [(b[1], b[2], b[5], b[6], b[7]) for b in books] == [
        ("done", None, 1, 1, 0), ("failed", "nothing_loaded", 0, 0, 1), ("done", None, 1, 0, 0),
    ]  # fmt: skip
    assert [code for _, _, _, code, *_ in rejects] == ["key_conflict"]


def test_a_file_that_cannot_be_read_fails_and_the_others_of_its_batch_go_on(calls: InProcess, tmp_path: Path) -> None:
    paths = files(tmp_path / "f", row(1), row(2), row(3), row(4))
    paths[1].write_text("not,the,header\n1,2,3\n")
    run = register(calls, *paths)
    paths[2].unlink()
    take(calls, run, "plan")
    assert [(b[1], b[2]) for b in calls.sql(BOOKS, run.id)] == [
        ("loading", None), ("failed", "missing_header"), ("registered", None), ("loading", None),
    ]  # fmt: skip
    assert calls.sql(
        "select state, light, crashes, error from sluice.step where kind = 'plan' and state <> 'done'"
    ) == [("due", False, 0, None)]


def test_content_that_is_known_is_not_loaded_again(calls: InProcess, tmp_path: Path) -> None:
    texts = [row(1), row(2), row(3)]
    first = register(calls, *files(tmp_path / "a", *texts))
    finish(calls, first)
    again = register(calls, *files(tmp_path / "b", *texts, row(4), row(4)))
    finish(calls, again)
    assert [b[1] for b in calls.sql(BOOKS, again.id)] == [*["already_loaded"] * 3, "done", "already_loaded"]
    same = "select i.position, o.run_id, o.position from sluice.input i join sluice.input o on o.id = i.same_as"
    assert sorted(calls.sql(f"{same} where i.run_id = %s", again.id)) == [
        (1, first.id, 1), (2, first.id, 2), (3, first.id, 3), (5, again.id, 4),
    ]  # fmt: skip


def test_content_whose_rows_are_gone_is_loaded_again(calls: InProcess, tmp_path: Path) -> None:
    paths = files(tmp_path / "a", row(1), row(2))
    finish(calls, register(calls, *paths))
    calls.sql("truncate customer_call_logs")
    run = register(calls, *paths)
    take(calls, run, "plan")
    calls.finish(run)  # they replace rows, so each goes alone
    assert [b[1] for b in calls.sql(BOOKS, run.id)] == ["done", "done"]
    assert calls.sql("select count(*) from customer_call_logs") == [(2,)]


def test_files_that_an_earlier_run_has_yet_to_plan_wait_as_a_batch(calls: InProcess, tmp_path: Path) -> None:
    paths = files(tmp_path / "a", row(1), row(2))
    first, second = register(calls, *paths), register(calls, *paths, *files(tmp_path / "b", row(3)))
    take(calls, second, "plan")
    waiting = "select light, error from sluice.step where run_id = %s and state = 'due' and kind = 'plan'"
    assert (
        calls.sql(waiting, second.id)
        == [(True, f"Run {first.id} came earlier, has the same file, and plans it first.")] * 2
    )
    assert [b[1] for b in calls.sql(BOOKS, second.id)] == ["registered", "registered", "loading"]


def test_each_file_that_waits_says_for_which_run(calls: InProcess, tmp_path: Path) -> None:
    paths = files(tmp_path / "a", row(1), row(2))
    earlier = [register(calls, path) for path in paths]
    run = register(calls, *paths)
    take(calls, run, "plan")
    reasons = calls.sql("select error from sluice.step where run_id = %s order by id", run.id)
    assert [reason.split(" came")[0] for (reason,) in reasons] == [f"Run {each.id}" for each in earlier]


def test_a_batch_without_its_frames_is_read_again(calls: InProcess, tmp_path: Path) -> None:
    run = register(calls, *files(tmp_path / "f", row(1), "x", row(3)))
    take(calls, run, "plan")
    message = take(calls, run, "extract")
    for following in (batches.transform, batches.load):
        forget_frames()
        message = following(message)
    calls.settle(run)
    assert [(b[5], b[7]) for b in calls.sql(BOOKS, run.id)] == [(1, 0), (0, 1), (1, 0)]


def test_steps_that_others_have_claimed_are_left_out(calls: InProcess, tmp_path: Path) -> None:
    run = register(calls, *files(tmp_path / "f", row(1), row(2), row(3)))
    take(calls, run, "plan")
    message = take(calls, run, "extract")
    calls.sql("update sluice.step set fence = fence + 1 where id = %s", message["steps"][1])
    batches.load(batches.transform(message))
    assert [b[5] for b in calls.sql(BOOKS, run.id)] == [1, 0, 1]


def test_a_batch_that_loses_a_claim_while_it_loads_loads_nothing(
    calls: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = register(calls, *files(tmp_path / "f", row(1), row(2)))
    take(calls, run, "plan")
    message = batches.transform(take(calls, run, "extract"))
    read = batches.read_parts

    def and_lose(parts: list[int]) -> Any:
        calls.sql("update sluice.step set fence = fence + 1 where id = %s", message["steps"][0])
        return read(parts)

    monkeypatch.setattr(batches, "read_parts", and_lose)
    with pytest.raises(Ignore):
        batches.load(message)
    assert calls.sql("select count(*) from customer_call_logs") == [(0,)]
    ask = "select light, state, crashes from sluice.step where id = any(%s) order by id"
    assert calls.sql(ask, message["steps"]) == [(True, "working", 0), (False, "due", 0)]


@pytest.mark.parametrize(
    ("error", "light", "noted"),
    [
        (ValueError("x"), False, None),
        (TransientError("The store of one of them is away."), False, None),
        (DatabaseAway("PostgreSQL is away."), True, "PostgreSQL is away."),
        (EarlierRunOpen("Run 1 is open."), True, "Run 1 is open."),
    ],
)
def test_an_error_makes_the_steps_go_on_alone_unless_all_have_to_wait(
    calls: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, light: bool, noted: str | None
) -> None:
    run = register(calls, *files(tmp_path / "f", row(1), row(2)))
    take(calls, run, "plan")

    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(batches, "extract_batch", fails)
    with pytest.raises(Ignore):
        take(calls, run, "extract")
    ask = "select kind, state, light, crashes, error from sluice.step where part_id is not null"
    assert calls.sql(ask) == [("extract", "due", light, 0, noted)] * 2


def test_a_file_whose_store_is_away_does_not_keep_its_neighbours_waiting(
    calls: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = register(calls, *files(tmp_path / "f", row(71), row(72), row(73)))  # no frames of others
    take(calls, run, "plan")
    read = extract.read_range

    def away(uri: str, start: int, length: int) -> tuple[bytes, int]:
        if uri.endswith("01.csv"):
            raise TransientError("The store is away.")
        return read(uri, start, length)

    monkeypatch.setattr(extract, "read_range", away)
    with pytest.raises(Ignore):
        take(calls, run, "extract")
    ask = "select id from sluice.step where kind = 'extract' and not light order by id"
    first, second, third = (step for (step,) in calls.sql(ask))
    calls.load(first)
    with pytest.raises(TransientError):
        calls.load(second)
    calls.load(third)
    assert [b[5] for b in calls.sql(BOOKS, run.id)] == [1, 0, 1]


def test_a_file_that_is_planned_again_is_planned_alone(calls: InProcess, tmp_path: Path) -> None:
    paths = files(tmp_path / "f", row(1), row(2))
    run = register(calls, *paths)
    take(calls, run, "plan")
    step, _ = calls.steps(run, "extract")
    table = calls.pipeline.flows[0].table
    withdraw_input(steps.claim("extract", {"step": step}), table, "It changed.", code="changed", again=True)
    assert calls.sql("select light, state from sluice.step where kind = 'plan' order by id") == [
        (False, "due"), (True, "done"),
    ]  # fmt: skip
    calls.sql("update sluice.step set due_at = clock_timestamp()")
    calls.finish(run)
    assert [b[5] for b in calls.sql(BOOKS, run.id)] == [1, 1]


@pytest.mark.parametrize("held", ["content", "input"])
def test_a_plan_that_waits_for_another_one_or_for_a_load_does_not_hold_its_run(
    calls: InProcess, tmp_path: Path, held: str
) -> None:
    """Loads and plans need the run last: what they hold before that, a plan must not want after it."""
    run = register(calls, *files(tmp_path / "f", row(1), "", row(2), row(1)))
    *first, last = calls.steps(run, "plan")
    calls.plan_step(last)
    other = connect("other")
    with other.transaction(other.begin()) as cursor:
        if held == "content":
            lock(cursor, Lock.CONTENT, calls.sql("select sha256 from sluice.input where position = 4")[0][0])
        else:
            cursor.execute("select from sluice.input where position = 4 for update")
        plan = threading.Thread(target=batches.plan, args=({"steps": first},))
        plan.start()
        until(lambda: calls.sql(WAITING) != [(0,)], 20, "a wait")
        cursor.execute("select from sluice.run for update nowait")
    plan.join()
    assert sorted(b[1] for b in calls.sql(BOOKS, run.id)) == ["already_loaded", "failed", "loading", "loading"]


def test_books_that_do_not_balance_are_refused(calls: InProcess, tmp_path: Path) -> None:
    run = register(calls, *files(tmp_path / "f", row(1), row(2)))
    take(calls, run, "plan")
    message = batches.transform(take(calls, run, "extract"))
    calls.sql("update sluice.part set planned = 7 where id = (select min(id) from sluice.part)")
    with pytest.raises(Ignore):
        batches.load(message)
    assert calls.sql("select count(*) from customer_call_logs") == [(0,)]
    assert calls.sql("select light from sluice.step where part_id is not null") == [(False,), (False,)]


def test_when_the_answer_of_commit_is_lost_the_ledger_says_what_is_loaded(
    calls: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = register(calls, *files(tmp_path / "f", row(1), row(2)))
    take(calls, run, "plan")
    message = batches.transform(take(calls, run, "extract"))
    begin = batch_load.transaction

    class Cut:
        def __init__(self) -> None:
            self.inner = begin()

        def __enter__(self) -> Any:
            return self.inner.__enter__()

        def __exit__(self, *error: object) -> None:
            self.inner.__exit__(*error)
            raise TransientError("the connection is cut")

    monkeypatch.setattr(batch_load, "transaction", Cut)
    batches.load(message)
    calls.settle(run)
    assert [b[5] for b in calls.sql(BOOKS, run.id)] == [1, 1]


def test_a_broken_load_of_which_others_loaded_the_first_part_is_tried_again(
    calls: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = register(calls, *files(tmp_path / "f", row(1), row(2)))
    take(calls, run, "plan")
    message = batches.transform(take(calls, run, "extract"))

    def breaks(*_: object) -> None:
        first = "(select min(id) from sluice.part)"
        calls.sql(f"update sluice.part set state = 'loaded', read = 1, loaded = 1 where id = {first}")
        raise DatabaseAway("The connection broke.")

    monkeypatch.setattr(batch_load, "transaction", breaks)
    with pytest.raises(Ignore):
        batches.load(message)
    assert calls.sql("select state, error from sluice.step where id = %s", message["steps"][1]) == [
        ("due", "The connection broke."),
    ]  # fmt: skip


def test_a_process_that_ends_releases_its_steps_in_the_order_in_which_others_claim_them(
    calls: InProcess, tmp_path: Path
) -> None:
    run = register(calls, *files(tmp_path / "f", row(1), row(2)))
    take(calls, run, "plan")
    first, second = take(calls, run, "extract")["steps"]
    calls.sql("update sluice.step set code_version = code_version where id = %s", first)  # now after the second
    other = connect("other")
    with other.transaction(other.begin()) as cursor:
        cursor.execute("select from sluice.step where id = %s for update", (first,))
        ends = threading.Thread(target=steps.release_process)
        ends.start()
        until(lambda: calls.sql(WAITING) != [(0,)], 20, "a wait")
        cursor.execute("select from sluice.step where id = %s for update nowait", (second,))
    ends.join()
    assert calls.sql("select holder from sluice.step where state = 'working'") == [(None,)] * 2


@pytest.mark.parametrize("kind", ["plan", "extract"])
def test_a_message_with_steps_of_two_runs_makes_each_go_alone(calls: InProcess, tmp_path: Path, kind: str) -> None:
    runs = [register(calls, *files(tmp_path / name, row(at), row(at + 1))) for name, at in (("a", 1), ("b", 3))]
    if kind == "extract":
        for run in runs:
            take(calls, run, "plan")
    mixed = [step for run in runs for step in calls.steps(run, kind)]
    with pytest.raises(Ignore):
        getattr(batches, kind)({"steps": mixed})
    for run in runs:
        calls.finish(run)
        assert calls.sql("select planned, loaded from sluice.run where id = %s", run.id) == [(2, 2)]


def test_a_message_with_steps_of_two_declarations_makes_each_go_alone(calls: InProcess, tmp_path: Path) -> None:
    run = register(calls, *files(tmp_path / "f", row(1), row(2)))
    take(calls, run, "plan")
    calls.sql("update sluice.input set contract = 'another', revision = 'another' where position = 2")
    with pytest.raises(Ignore):
        take(calls, run, "extract")
    ask = "select kind, state, light, crashes, error from sluice.step where part_id is not null"
    assert calls.sql(ask) == [("extract", "due", False, 0, None)] * 2


@pytest.mark.parametrize(
    ("options", "parts_light"), [({}, True), ({"max_rejects": "5"}, False), ({"reload": True}, False)]
)
def test_parts_that_wait_for_others_or_replace_rows_go_alone(
    calls: InProcess, tmp_path: Path, options: dict[str, Any], parts_light: bool
) -> None:
    run = register(calls, *files(tmp_path / "f", row(1), row(2)), **options)
    assert calls.sql("select distinct light from sluice.step") == [("reload" not in options,)]
    calls.plan(run)
    assert calls.sql("select distinct light from sluice.step where part_id is not null") == [(parts_light,)]


def test_a_step_that_is_claimed_alone_counts_its_own_failures(calls: InProcess, tmp_path: Path) -> None:
    run = register(calls, *files(tmp_path / "f", row(1), row(2)))
    one, other = calls.steps(run, "plan")
    alone = steps.claim("plan", {"step": one})
    (together,) = claim_batch("plan", {"steps": [one, other]})
    for claim in (alone, together):
        steps.fail_attempt(claim.step, claim.fence, "It broke.")
    assert calls.sql("select crashes, light, error from sluice.step order by id") == [
        (1, False, "It broke."),
        (0, False, None),
    ]


def test_a_batch_is_claimed_before_other_steps_of_the_process_are_released(
    calls: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the other order two processes that take over each other's steps wait for each other: a deadlock."""
    run = register(calls, *files(tmp_path / "f", row(1), row(2)))
    asked: list[str] = []
    find = claims.query
    monkeypatch.setattr(claims, "query", lambda name: asked.append(name) or find(name))
    assert len(claim_batch("plan", {"steps": calls.steps(run, "plan")})) == 2
    assert asked == ["claim_batch", "release_others"]
