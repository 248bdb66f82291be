"""The landing: what cannot be read in place is copied, by content, and read from there."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.base.settings import settings
from sluice.engine.ledger import steps
from sluice.engine.ledger.runs import Run
from sluice.engine.steps.plan.plan import plan_input, read_input
from sluice.errors import InputChanged
from tests.kit.in_process import InProcess

TABLE = Table("letters", key=("id",), columns=[Column("id", Integer(), required=True), Column("value", Text())])
LETTERS = Pipeline("letters", Files("*"), TABLE)
ROWS = "id,value\n1,é\n2,b\n"


def _inputs(engine: InProcess, *columns: str) -> list[tuple]:
    return engine.sql(f"select {', '.join(columns)} from sluice.input order by id")


def test_a_packed_file_is_read_from_a_copy_that_is_named_by_what_it_holds(engine: InProcess, tmp_path: Path) -> None:
    engine.use(LETTERS)
    path = tmp_path / "letters.csv.gz"
    path.write_bytes(gzip.compress(ROWS.encode()))
    sha = hashlib.sha256(ROWS.encode()).hexdigest()
    run = engine.register(path)
    engine.plan(run)
    path.unlink()  # the copy is all that is needed from here on

    status = engine.finish(run)

    assert (status["state"], status["loaded"]) == ("done", 2)
    assert _inputs(engine, "uri", "landed", "sha256", "size_bytes") == [
        (str(path), str(tmp_path / "landing" / sha), sha, len(ROWS.encode()))
    ]
    assert [each.name for each in (tmp_path / "landing").iterdir()] == [sha]
    assert engine.sql("select id, value, _line from letters order by id") == [(1, "é", 2), (2, "b", 3)]


def test_a_plain_file_is_read_where_it_lies(engine: InProcess, tmp_path: Path) -> None:
    engine.use(LETTERS)
    path = tmp_path / "letters.csv"
    path.write_text(ROWS)
    engine.finish(engine.register(path))
    assert _inputs(engine, "landed") == [(None,)]
    assert not (tmp_path / "landing").exists()


def test_the_same_text_is_the_same_content_whatever_it_is_packed_or_encoded_in(
    engine: InProcess, tmp_path: Path
) -> None:
    engine.use(LETTERS)
    shapes = {"a.csv": ROWS.encode(), "b.gz": gzip.compress(ROWS.encode()), "c.txt": ROWS.encode("utf-16")}
    for name, content in shapes.items():
        (tmp_path / name).write_bytes(content)
    engine.finish(engine.register(*(tmp_path / name for name in shapes)))
    assert _inputs(engine, "state") == [("done",), ("already_loaded",), ("already_loaded",)]


def test_a_declared_encoding_decodes_and_refuses_only_the_rows_that_are_not_in_it(
    engine: InProcess, tmp_path: Path
) -> None:
    engine.use(Pipeline("letters", Files("*", encoding="cp1252"), TABLE))
    path = tmp_path / "letters.csv"
    path.write_bytes(b"id,value\n1,\x80 5\n2,\x81\n3,ok\n")
    run = engine.register(path)
    engine.finish(run)
    assert engine.sql("select id, value from letters order by id") == [(1, "€ 5"), (3, "ok")]
    assert engine.sql("select line, code, reason from sluice.reject") == [
        (
            3,
            "invalid_utf8",
            "Byte 3 of the record, 0x81, is not a character of cp1252, the encoding that the file was read with.",
        )
    ]


def _plan_while(engine: InProcess, run: Run, happens: object) -> None:
    (step,) = engine.steps(run, "plan")
    claim = steps.claim("plan", {"step": step})
    (flow,) = engine.pipeline.flows
    plan_input(claim, read_input(claim), flow, engine.contracts[flow.source.name], happens)  # type: ignore[arg-type]


def test_a_packed_file_that_changes_while_it_is_copied_is_no_input(engine: InProcess, tmp_path: Path) -> None:
    engine.use(LETTERS)
    path = tmp_path / "letters.csv.gz"
    path.write_bytes(gzip.compress(ROWS.encode()))
    run = engine.register(path)

    with pytest.raises(InputChanged, match="changed while it was read"):
        _plan_while(engine, run, lambda: path.write_bytes(gzip.compress(b"id,value\n9,z\n")))

    assert _inputs(engine, "state") == [("registered",)]
    assert list((tmp_path / "landing").glob("*.part")) == []


def test_half_of_a_packed_file_that_is_still_being_written_is_not_a_broken_file(
    engine: InProcess, tmp_path: Path
) -> None:
    engine.use(LETTERS)
    whole = gzip.compress("".join(f"{n},{n}\n" for n in range(200_000)).encode())
    path = tmp_path / "letters.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    run = engine.register(path)

    with pytest.raises(InputChanged):
        _plan_while(engine, run, lambda: path.write_bytes(whole[: len(whole) // 2 + 100]))


def test_a_copy_that_is_gone_is_missed_like_a_file(engine: InProcess, tmp_path: Path) -> None:
    engine.use(LETTERS)
    path = tmp_path / "letters.csv.gz"
    path.write_bytes(gzip.compress(ROWS.encode()))
    engine.finish(engine.register(path))
    ((landed,),) = _inputs(engine, "landed")
    Path(landed).unlink()
    again = engine.register(path, reload=True)
    status = engine.finish(again)  # planned again, copied again
    assert (status["state"], status["loaded"]) == ("done", 2)
    assert Path(landed).exists()


def test_lines_to_skip_and_names_of_columns_are_as_declared(engine: InProcess, tmp_path: Path) -> None:
    engine.use(Pipeline("letters", Files("*", skip=1, header=("id", "value")), TABLE))
    path = tmp_path / "letters.csv"
    path.write_text("made on Monday\n1,a\n2,b\n")
    engine.finish(engine.register(path))
    assert engine.sql("select id, value, _line from letters order by id") == [(1, "a", 2), (2, "b", 3)]


def test_a_setting_names_the_folder(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_LANDING", str(tmp_path / "shared"))
    settings.cache_clear()
    engine.use(LETTERS)
    path = tmp_path / "letters.csv.gz"
    path.write_bytes(gzip.compress(ROWS.encode()))
    engine.finish(engine.register(path))
    assert _inputs(engine, "landed") == [(str(tmp_path / "shared" / hashlib.sha256(ROWS.encode()).hexdigest()),)]
