"""Updates, reloads and other readings of a file, with literals: what the table says, and what the books say."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.ledger import steps
from sluice.engine.ledger.runs import Run
from sluice.engine.steps.removal.withdraw import withdraw_input
from tests.kit.in_process import InProcess

COLUMNS = [Column("id", Integer(), required=True), Column("name", Text())]
UPDATE = Pipeline("names", Files("*.csv"), Table("names", key=("id",), on_conflict="update", columns=COLUMNS))
CODES = [Column("code", Text(), required=True), Column("name", Text())]
KEEP_CODES = Table("codes", key=("code",), columns=CODES)
UPDATE_CODES = Table("codes", key=("code",), columns=CODES, on_conflict="update")


def _file(folder: Path, name: str, *rows: str, header: str = "id,name") -> Path:
    path = folder / name
    path.write_text(f"{header}\n" + "".join(f"{row}\n" for row in rows))
    return path


def _books(run: Run) -> tuple[int, ...]:
    status = run.status().json()
    return tuple(status[n] for n in ("read", "loaded", "updated", "unchanged", "duplicate", "rejected", "contested"))


def _run(engine: InProcess, *paths: Path, **options: object) -> Run:
    run = engine.register(*paths, **options)
    engine.finish(run)
    return run


def test_contents_a_b_a_under_three_names_end_as_a(engine: InProcess, tmp_path: Path) -> None:
    engine.use(UPDATE)
    first = _run(engine, _file(tmp_path, "a.csv", "7,A", "8,x"))
    second = _run(engine, _file(tmp_path, "b.csv", "7,B"))
    third = _run(engine, _file(tmp_path, "a_again.csv", "7,A", "8,x"))
    assert engine.sql("select id, name from names order by id") == [(7, "A"), (8, "x")]
    assert [_books(run) for run in (first, second, third)] == [
        (2, 2, 0, 0, 0, 0, 0),
        (1, 0, 1, 0, 0, 0, 0),
        (2, 0, 1, 1, 0, 0, 0),
    ]


def test_the_same_file_that_is_a_then_b_then_a_ends_as_a(engine: InProcess, tmp_path: Path) -> None:
    engine.use(UPDATE)
    for value in "ABA":
        _run(engine, _file(tmp_path, "names.csv", f"7,{value}"))
    assert engine.sql("select id, name from names") == [(7, "A")]


def test_contents_a_b_a_in_one_run_end_as_a(engine: InProcess, tmp_path: Path) -> None:
    engine.use(UPDATE)
    run = _run(engine, *(_file(tmp_path, f"{n}.csv", f"7,{value}") for n, value in enumerate("ABA")))
    assert engine.sql("select id, name from names") == [(7, "A")]
    assert _books(run) == (3, 1, 0, 0, 2, 0, 0)


def test_the_same_files_again_have_nothing_to_do_and_a_new_one_behind_them_is_all_that_is_loaded(
    engine: InProcess, tmp_path: Path
) -> None:
    engine.use(UPDATE)
    paths = [_file(tmp_path, f"{n}.csv", f"7,{value}", f"{n},new") for n, value in enumerate("ABC")]
    _run(engine, *paths)
    again = _run(engine, *paths)
    assert [each["state"] for each in again.status().json()["inputs"]] == ["already_loaded"] * 3
    more = _run(engine, *paths, _file(tmp_path, "3.csv", "7,D"))
    assert [each["state"] for each in more.status().json()["inputs"]] == ["already_loaded"] * 3 + ["done"]
    assert engine.sql("select id, name from names order by id") == [(0, "new"), (1, "new"), (2, "new"), (7, "D")]


def test_an_older_file_alone_is_applied_again_and_with_the_newer_ones_behind_it_is_not(
    engine: InProcess, tmp_path: Path
) -> None:
    engine.use(UPDATE)
    old, new = _file(tmp_path, "old.csv", "7,A"), _file(tmp_path, "new.csv", "7,B")
    _run(engine, old, new)
    assert _books(_run(engine, old, new)) == (0, 0, 0, 0, 0, 0, 0)
    assert _books(_run(engine, old)) == (1, 0, 1, 0, 0, 0, 0)
    assert engine.sql("select name from names") == [("A",)]
    assert _books(_run(engine, old)) == (0, 0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize("part_bytes", ["1024", "4096"])
def test_a_reload_of_an_update_has_the_table_and_the_books_of_a_first_load(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part_bytes: str
) -> None:
    monkeypatch.setenv("SLUICE_PART_BYTES", part_bytes)
    engine.forget()
    engine.use(UPDATE)
    rows = [
        f"{key},{turn}{key}" for block in range(3) for turn in ("a", "b") for key in range(block * 90, block * 90 + 90)
    ]
    path = _file(tmp_path, "names.csv", *rows)
    expected = [(key, f"b{key}") for key in range(270)]
    for number in range(4):
        run = engine.register(path, reload=number > 0)
        engine.plan(run)
        parts = engine.steps(run, "extract")
        assert len(parts) > 1
        for step in parts[:: (-1) ** number]:
            engine.load(step)
        engine.settle(run)
        assert _books(run) == (540, 270, 0, 0, 270, 0, 0)
        assert engine.sql("select id, name from names order by id") == expected


def test_a_file_that_is_withdrawn_gives_back_what_it_had_replaced(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_PART_BYTES", "1024")
    engine.forget()
    engine.use(UPDATE)
    _run(engine, _file(tmp_path, "before.csv", "1,before", "2,before", "3,before"))
    more = [f"{key},{'x' * 30}" for key in range(10, 60)]
    paths = [_file(tmp_path, "a.csv", "1,a", "2,a"), _file(tmp_path, "b.csv", "2,b", "3,b", "4,b", *more)]
    run = engine.register(*paths)
    engine.plan(run)
    first, second, third, *_ = engine.steps(run, "extract")
    engine.load(first)
    engine.load(second)
    few = "select id, name from names where id < 5 order by id"
    assert engine.sql(few) == [(1, "a"), (2, "b"), (3, "b"), (4, "b")]

    withdraw_input(
        steps.claim("extract", {"step": third}), UPDATE.flows[0].table, "It was changed.", code="changed", again=True
    )

    assert engine.sql(few) == [(1, "a"), (2, "a"), (3, "before")]
    paths[1].write_text("id,name\n3,c\n")
    engine.sql("update sluice.step set due_at = clock_timestamp() - interval '1 s' where state = 'due'")
    engine.finish(run)
    assert engine.sql("select id, name from names order by id") == [(1, "a"), (2, "a"), (3, "c")]
    assert _books(run) == (3, 0, 3, 0, 0, 0, 0)


@pytest.mark.parametrize("table", [KEEP_CODES, UPDATE_CODES], ids=["keep", "update"])
def test_what_a_file_gave_under_another_header_is_replaced_whole(
    engine: InProcess, tmp_path: Path, table: Table
) -> None:
    path = _file(tmp_path, "h.csv", "A,bolt", "B,nut", header="code,name")
    engine.use(Pipeline("codes", Files("*.csv", header=("code", "name")), table))
    _run(engine, path)
    assert engine.sql("select code, name from codes order by code") == [("A", "bolt"), ("B", "nut"), ("code", "name")]
    engine.use(Pipeline("codes", Files("*.csv"), table))
    run = _run(engine, path)
    assert engine.sql("select code, name from codes order by code") == [("A", "bolt"), ("B", "nut")]
    assert _books(run) == (2, 2, 0, 0, 0, 0, 0)


@pytest.mark.parametrize("table", [KEEP_CODES, UPDATE_CODES], ids=["keep", "update"])
def test_what_a_file_gave_in_another_encoding_is_replaced_whole(
    engine: InProcess, tmp_path: Path, table: Table
) -> None:
    path = tmp_path / "e.csv"
    path.write_bytes("code,name\nA,Schl\xfcssel\nB,nut\n".encode("cp1252"))
    engine.use(Pipeline("codes", Files("*.csv", encoding="cp1250"), table))
    path.write_bytes(b"code,name\nA,ma\xf1ana\nB,nut\n")
    _run(engine, path)
    assert engine.sql("select code, name from codes order by code") == [("A", "mańana"), ("B", "nut")]
    engine.use(Pipeline("codes", Files("*.csv", encoding="cp1252"), table))
    run = _run(engine, path)
    assert engine.sql("select code, name from codes order by code") == [("A", "mañana"), ("B", "nut")]
    assert _books(run) == (2, 2, 0, 0, 0, 0, 0)
    assert engine.sql("select count(*) from sluice.reject") == [(0,)]


@pytest.mark.parametrize("on_conflict", ["keep", "update"])
def test_no_name_of_a_column_collides_with_a_name_of_the_statements(
    engine: InProcess, tmp_path: Path, on_conflict: str
) -> None:
    names = [
        "l",
        "t",
        "w",
        "c",
        "b",
        "i",
        "r",
        "s",
        "m",
        "x",
        "k",
        "o",
        "p",
        "each",
        "met",
        "key",
        "run",
        "part",
        "excluded",
        "kept",
    ]
    columns = [Column("id", Integer(), required=True)] + [Column(name, Text()) for name in names]
    engine.use(Pipeline("odd", Files("*.csv"), Table("odd", key=("id",), columns=columns, on_conflict=on_conflict)))  # type: ignore[arg-type]
    header = ",".join(["id", *names])

    def line(number: int, value: str) -> str:
        return ",".join([str(number)] + [value] * len(names))

    first = _file(tmp_path, "1.csv", line(1, "a"), line(2, "a"), header=header)
    _run(engine, first)
    run = _run(
        engine,
        _file(tmp_path, "2.csv", line(1, "b"), line(3, "b"), line(3, "c"), header=header),
        _file(tmp_path, "3.csv", line(3, "d"), line(2, "a"), header=header),
    )
    kept = on_conflict == "keep"
    assert engine.sql("select id, l, t, excluded from odd order by id") == [
        (1, *["a" if kept else "b"] * 3),
        (2, "a", "a", "a"),
        (3, *["b" if kept else "d"] * 3),
    ]
    assert _books(run) == ((5, 1, 0, 0, 1, 3, 0) if kept else (5, 1, 1, 1, 2, 0, 0))
    assert _books(_run(engine, first, reload=True))[0] == 2
