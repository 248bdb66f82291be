"""Small files in a batch come to the same as one by one, and what their rows depend on is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sluice.engine.rows.frames.cache import forget_frames
from sluice.samples.call_logs import make_call_logs
from sluice.tasks import batches
from tests.integration.batches.calls import BOOKS, files, finish, planned, register, result, row, take
from tests.kit.in_process import InProcess

FILES = 30
STEPS = "select kind, state, light, count(*)::int from sluice.step where run_id = %s group by 1, 2, 3 order by 1, 2, 3"


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
    run = planned(calls, tmp_path / "f", row(1), "x", row(3))
    message = take(calls, run, "extract")
    for following in (batches.transform, batches.load):
        forget_frames()
        message = following(message)
    calls.settle(run)
    assert [(b[5], b[7]) for b in calls.sql(BOOKS, run.id)] == [(1, 0), (0, 1), (1, 0)]


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
