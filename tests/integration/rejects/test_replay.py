"""Rejects are corrected and loaded, each at most once, with books on both sides."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice.engine.ledger.runs import read_status
from sluice.engine.steps.again.replay.chosen import Wanted
from sluice.errors import ConfigError
from tests.kit.in_process import InProcess
from tests.kit.refused import declare, loaded, orders, registered, replayed, rows_of, use

BAD = [(1, "a", "1.00"), (2, "b", "x"), ("three", "c", "3.00"), (4, "d", "4;00")]


def books(status: dict[str, object] | None) -> tuple[object, ...]:
    assert status is not None
    return tuple(status[name] for name in ("state", "read", "loaded", "updated", "unchanged", "duplicate", "rejected"))


def test_corrected_rows_are_loaded_once(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(engine, tmp_path / "pipelines", monkeypatch)
    run = loaded(engine, orders(tmp_path / "a.csv", BAD))
    ((number,),) = engine.sql("select id from sluice.input")
    wanted = Wanted(edits={(number, 3): {"amount": "2.00"}, (number, 4): {"id": "3"}})
    again = replayed(engine, run, wanted)
    assert books(again) == ("done", 2, 2, 0, 0, 0, 0)
    assert rows_of(engine) == [(1, "a", "1.00"), (2, "b", "2.00"), (3, "c", "3.00")]
    assert rows_of(engine, "orders_sum") == [(1, "6.00")]
    assert replayed(engine, run, wanted) is None
    states = [(each.state, each.rows) for each in read_status(run).replays]
    assert states == [("fixed", 2)]


def test_a_row_that_is_refused_again_stays_open(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(engine, tmp_path / "pipelines", monkeypatch)
    run = loaded(engine, orders(tmp_path / "a.csv", BAD))
    assert books(replayed(engine, run, Wanted(column="amount", sets={"amount": "5"}, where={"name": "b"})))[1:3] == (
        1,
        1,
    )
    status = replayed(engine, run)
    assert books(status) == ("failed", 2, 0, 0, 0, 0, 2)
    assert rows_of(engine) == [(1, "a", "1.00"), (2, "b", "5.00")]
    assert sorted((each.state, each.rows) for each in read_status(run).replays) == [("fixed", 1), ("refused", 2)]
    third = replayed(engine, run, Wanted(code="not_integer", sets={"id": "3"}))
    assert books(third)[1:3] == (1, 1)


def test_under_another_declaration_all_rows_pass_that_fit_it(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(engine, tmp_path / "pipelines", monkeypatch)
    path = tmp_path / "a.csv"
    path.write_text('id,name,amount\n1,a,1.00\n2,b,"2,50"\n3,"c ""x""","3,50"\n')
    run = loaded(engine, path)
    use(engine, tmp_path / "pipelines", monkeypatch, point=', point=","')
    assert books(replayed(engine, run)) == ("done", 2, 2, 0, 0, 0, 0)
    assert rows_of(engine) == [(1, "a", "1.00"), (2, "b", "2.50"), (3, 'c "x"', "3.50")]


def test_two_replays_at_once_load_each_row_once(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(engine, tmp_path / "pipelines", monkeypatch)
    run = loaded(engine, orders(tmp_path / "a.csv", BAD))
    first = registered(run, Wanted(code="not_decimal", sets={"amount": "7"}))
    second = registered(run, Wanted(sets={"amount": "8", "id": "9"}))
    assert first is not None
    assert second is not None
    engine.plan(first)
    assert books(engine.finish(second))[1:3] == (1, 1)
    assert books(engine.finish(first))[1:3] == (2, 2)
    assert rows_of(engine) == [(1, "a", "1.00"), (2, "b", "7.00"), (4, "d", "7.00"), (9, "c", "8.00")]


def test_equal_rows_of_two_files_are_two_inputs(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(engine, tmp_path / "pipelines", monkeypatch)
    paths = [
        orders(tmp_path / f"{name}.csv", [(number, name, "1"), (5, "same", "x")])
        for number, name in ((1, "a"), (2, "b"))
    ]
    run = loaded(engine, *paths)
    assert books(replayed(engine, run, Wanted(sets={"amount": "5"}))) == ("done", 2, 1, 0, 0, 1, 0)
    assert [each.state for each in read_status(run).replays] == ["fixed"]


def test_a_file_of_nothing_but_rejects_can_be_replayed(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(engine, tmp_path / "pipelines", monkeypatch)
    run = loaded(engine, orders(tmp_path / "a.csv", [(1, "a", "x")]))
    assert read_status(run).state == "failed"
    assert books(replayed(engine, run, Wanted(sets={"amount": "1"})))[:3] == ("done", 1, 1)


def test_a_replay_of_a_replay_is_refused(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(engine, tmp_path / "pipelines", monkeypatch)
    run = loaded(engine, orders(tmp_path / "a.csv", BAD))
    status = replayed(engine, run)
    assert status is not None
    with pytest.raises(ConfigError, match=f"replays rejects of run {run}"):
        registered(status["run"])


def test_when_the_file_is_read_again_its_replays_are_replaced(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(engine, tmp_path / "pipelines", monkeypatch)
    path = orders(tmp_path / "a.csv", BAD)
    run = loaded(engine, path)
    replayed(engine, run, Wanted(code="not_decimal", sets={"amount": "7"}))
    again = loaded(engine, path, reload=True)
    assert rows_of(engine) == [(1, "a", "1.00")]
    assert "replaced" in (read_status(again).inputs[0].note or "")
    with pytest.raises(ConfigError, match=f"sluice rejects replay {again}"):
        registered(run)
    replayed(engine, again, Wanted(code="not_decimal", sets={"amount": "7"}))
    assert rows_of(engine) == [(1, "a", "1.00"), (2, "b", "7.00"), (4, "d", "7.00")]


def test_a_corrected_file_after_a_replay_has_duplicates_or_conflicts(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(engine, tmp_path / "pipelines", monkeypatch)
    run = loaded(engine, orders(tmp_path / "a.csv", BAD))
    replayed(engine, run, Wanted(code="not_decimal", sets={"amount": "7"}))
    fixed = [(1, "a", "1.00"), (2, "b", "7.00"), (3, "c", "3.00"), (4, "d", "4.00")]
    status = read_status(loaded(engine, orders(tmp_path / "a.csv", fixed)))
    assert (status.loaded, status.duplicate, status.rejected) == (1, 2, 1)
    assert [each.code for each in status.reasons or ()] == ["key_conflict"]


def test_an_older_row_does_not_replace_a_newer_one(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(engine, tmp_path / "pipelines", monkeypatch, conflict="update")
    run = loaded(engine, orders(tmp_path / "a.csv", [(1, "old", "1"), (2, "b", "x"), (3, "c", "x")]))
    loaded(engine, orders(tmp_path / "b.csv", [(2, "newer", "2.00"), (1, "new", "2.00")]))
    status = replayed(engine, run, Wanted(sets={"amount": "7"}))
    assert books(status) == ("done", 2, 1, 0, 0, 0, 1)
    assert [each["code"] for each in (status or {})["reasons"]] == ["superseded"]
    assert rows_of(engine) == [(1, "new", "2.00"), (2, "newer", "2.00"), (3, "c", "7.00")]
    # the replayed row has its reject's place: an even older one does not replace it, a newer file does
    loaded(engine, orders(tmp_path / "c.csv", [(3, "newest", "3.00")]))
    assert rows_of(engine)[2] == (3, "newest", "3.00")


def test_a_replayed_row_replaces_one_that_is_older_than_its_reject(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(engine, tmp_path / "pipelines", monkeypatch, conflict="update")
    older = loaded(engine, orders(tmp_path / "a.csv", [(1, "old", "1.00"), (2, "older", "x")]))
    newer = loaded(engine, orders(tmp_path / "b.csv", [(1, "new", "x"), (2, "new", "x")]))
    assert books(replayed(engine, newer, Wanted(sets={"amount": "2"}))) == ("done", 2, 1, 1, 0, 0, 0)
    status = replayed(engine, older, Wanted(sets={"amount": "3"}))
    assert books(status)[-1] == 1
    assert rows_of(engine) == [(1, "new", "2.00"), (2, "new", "2.00")]


def test_after_a_replay_the_same_file_has_nothing_to_do(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for conflict in ("keep", "update"):
        use(engine, tmp_path / "pipelines", monkeypatch, conflict=conflict)
        path = orders(tmp_path / f"{conflict}.csv", [(10, "a", "1.00"), (11, conflict, "x")])
        run = loaded(engine, path)
        replayed(engine, run, Wanted(sets={"amount": "7"}))
        again = read_status(loaded(engine, path))
        assert (again.read, again.inputs[0].state) == (0, "already_loaded")
        declare(tmp_path / "pipelines")
