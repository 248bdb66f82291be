"""Rejects of every kind of file are replayed as they were read."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from sluice.engine.ledger.runs import read_status
from sluice.engine.steps.again.replay.chosen import Wanted
from tests.kit.in_process import InProcess
from tests.kit.refused import loaded, replayed, rows_of, use

GOOD = [(1, "a", "1.00"), (2, "b b", "7.00"), (3, "ü;c", "7.00")]
SETS = Wanted(sets={"amount": "7"})


def _write(folder: Path, form: str) -> Path:
    rows = [("1", "a", "1.00"), ("2", "b\nb", "x"), ("3", "ü;c", "y")]
    text = "".join(f'{number};"{name}";{amount}\r\n' for number, name, amount in rows)
    path = folder / f"{form}.csv"
    if form == "declared header":
        path.write_text(text, newline="")
    elif form == "skipped lines":
        path.write_text(f"a report\r\nof today\r\nid;name;amount\r\n{text}", newline="")
    elif form == "another encoding":
        path.write_bytes(f"id;name;amount\r\n{text}".encode("cp1252"))
    elif form == "escapes":
        path.write_text('id;name;amount\n1;a;1.00\n2;b\\\nb;x\n3;"ü\\;c";y\n')
    elif form == "fixed width":
        path.write_text("id  name  amount \r\n1   a       1.00\r\n  2 b b        x\r\n3   ü;c   y\r\n", newline="")
    elif form == "another quote":
        path.write_text(f"id;name;amount\r\n{text}".replace('"', "'"), newline="")
    elif form == "compressed":
        path.write_bytes(gzip.compress(f"amount;id;name\r\n{_turned(rows)}".encode()))
    elif form == "json lines":
        path.write_text('{"id": 1, "name": "a", "amount": 1.00}\n{"ID": 2, "name": "b\\nb", "amount": "x"}\n'
                        '{"id": "3", "name": "ü;c", "amount": {}}\n')  # fmt: skip
    elif form == "parquet":
        names = ("id", "name", "amount")
        pa.parquet.write_table(pa.table(dict(zip(names, zip(*rows, strict=True), strict=True))), path)
    return path


def _turned(rows: list[tuple[str, str, str]]) -> str:
    return "".join(f'{amount};{number};"{name}"\r\n' for number, name, amount in rows)


DECLARED = {
    "declared header": ', header=("id", "name", "amount")',
    "skipped lines": ", skip=2",
    "another encoding": ', encoding="cp1252"',
    "escapes": ', escape="\\\\"',
    "fixed width": ", widths=(4, 6, 7)",
    "another quote": ', quote="\'"',
    "compressed": "",
    "json lines": "",
    "parquet": "",
}


@pytest.mark.parametrize("form", DECLARED)
@pytest.mark.parametrize("gone", [False, True])
def test_rows_are_read_as_their_file_was(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, gone: bool
) -> None:
    use(engine, tmp_path / "pipelines", monkeypatch, files=DECLARED[form])
    path = _write(tmp_path, form)
    run = loaded(engine, path)
    assert read_status(run).rejected == 2
    if gone:
        path.unlink()
    status = replayed(engine, run, SETS)
    assert status is not None
    assert (status["loaded"], status["rejected"]) == (2, 0)
    assert rows_of(engine) == GOOD
    lines = engine.sql(
        "select _line from orders join sluice.input i on i.id = _input_id where run_id = %s", status["run"]
    )
    assert sorted(lines) == engine.sql("select by_line from sluice.replayed order by by_line")


@pytest.mark.parametrize("gone", [False, True])
def test_personal_data_comes_from_the_file_or_has_to_be_given(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    use(engine, tmp_path / "pipelines", monkeypatch, pii=', pii="name"')
    path = tmp_path / "a.csv"
    path.write_text("id,name,amount\n1,a,1.00\n2,secret,x\n3,,y\n")
    run = loaded(engine, path)
    if gone:
        path.write_text("id,name,amount\n1,a,1.00\n2,public,x\n3,,y\n")
    status = replayed(engine, run, SETS)
    found = [(1, "a", "1.00"), (2, "secret", "7.00"), (3, None, "7.00")]
    assert (status or {})["loaded"] == (1 if gone else 2)
    assert rows_of(engine) == (found[:1] + found[2:] if gone else found)
    if gone:
        replayed(engine, run, Wanted(sets={"amount": "7", "name": "given"}))
        assert rows_of(engine)[1] == (2, "given", "7.00")


@pytest.mark.parametrize("gone", [False, True])
def test_a_row_that_another_one_refused_is_read_from_its_file(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    use(engine, tmp_path / "pipelines", monkeypatch)
    path = tmp_path / "a.csv"
    path.write_text("id,name,amount\n1,a,1.00\n1,b,2.00\n2,c,3.00\n")
    run = loaded(engine, path)
    if gone:
        path.unlink()
    status = replayed(engine, run, Wanted(code="key_conflict", sets={"id": "5"}))
    assert (status is None) == gone
    assert rows_of(engine) == [(1, "a", "1.00"), (2, "c", "3.00"), *([] if gone else [(5, "b", "2.00")])]


def test_an_open_quote_does_not_take_the_next_row_with_it(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(engine, tmp_path / "pipelines", monkeypatch)
    path = tmp_path / "a.csv"
    path.write_text('id,name,amount\n1,"a,1.00\n2,b,x\n3,"c,2.00\n4,d,y\n5,"e" e,2.00\n6,f\n7,g,1.00\n')
    run = loaded(engine, path)
    ((number,),) = engine.sql("select id from sluice.input")
    assert (replayed(engine, run, SETS) or {})["loaded"] == 2  # the others cannot be split: one value is not enough
    edits = {(number, line): {"id": f"{line - 1}", "name": "n", "amount": "2.00"} for line in (2, 4, 6, 7)}
    assert (replayed(engine, run, Wanted(edits=edits)) or {})["loaded"] == 4
    assert [row[0] for row in rows_of(engine)] == [1, 2, 3, 4, 5, 6, 7]
