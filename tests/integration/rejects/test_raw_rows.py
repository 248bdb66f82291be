"""The text of a refused row is kept with its reject: whole, within limits, and without personal data."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice import Column, Decimal, Files, Integer, Pipeline, Table, Text
from sluice.engine.base.settings import settings
from sluice.engine.steps.part import raw_rows
from tests.kit.in_process import InProcess

KEPT = "select line, code, raw, masked from sluice.reject order by input_id, line"


def people(*, pii: bool | str = False, delimiter: str | None = None) -> Pipeline:
    columns = [
        Column("id", Integer(), required=True),
        Column("phone", Text(max_length=12), pii=pii),
        Column("amount", Decimal(8, 2), required=True),
    ]
    return Pipeline("people", Files("*", delimiter=delimiter), Table("people", key=("id",), columns=columns))


def loaded(engine: InProcess, path: Path) -> None:
    engine.finish(engine.register(path))


def written(folder: Path, text: str | bytes, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_the_row_is_kept_as_it_stands_in_the_file(engine: InProcess, tmp_path: Path) -> None:
    engine.use(people())
    text = 'id,phone,amount\r\n1,"12\n34",x\r\n2,5,1.00\r\nthree; , 7 ,1\r\n4,"a ""b""",y\r\n'
    loaded(engine, written(tmp_path, text))
    assert engine.sql(KEPT) == [
        (2, "not_decimal", '1,"12\n34",x', None),
        (5, "not_integer", "three; , 7 ,1", None),
        (6, "not_decimal", '4,"a ""b""",y', None),
    ]


def test_lines_of_json_are_kept(engine: InProcess, tmp_path: Path) -> None:
    engine.use(people())
    text = '{"id": 1, "phone": null, "amount": "x"}\r\n{"id": 2, "amount": 1}\n{"id": 3, "amount": [1]}'
    loaded(engine, written(tmp_path, text, "people.jsonl"))
    assert engine.sql(KEPT) == [
        (1, "not_decimal", '{"id": 1, "phone": null, "amount": "x"}', None),
        (3, "nested_value", '{"id": 3, "amount": [1]}', None),
    ]


@pytest.mark.parametrize("name", ["people.csv", "people.jsonl"])
def test_personal_data_is_neither_kept_nor_shown(engine: InProcess, tmp_path: Path, name: str) -> None:
    engine.use(people(pii="phone"))
    row = "1,+49 151 2345678,2" if name.endswith("csv") else '{"id": 1, "phone": "+49 151 2345678", "amount": 2}'
    loaded(engine, written(tmp_path, f"id,phone,amount\n{row}\n" if name.endswith("csv") else row + "\n", name))
    ((raw, masked, reason),) = engine.sql("select raw, masked, reason from sluice.reject")
    assert raw == ("1,***,2" if name.endswith("csv") else '{"id": 1, "phone": "***", "amount": 2}')
    assert masked == ["phone"]
    assert "2345678" not in reason


def test_a_row_that_cannot_be_split_is_not_kept_where_it_may_have_personal_data(
    engine: InProcess, tmp_path: Path
) -> None:
    engine.use(people(pii=True))
    loaded(engine, written(tmp_path, 'id,phone,amount\n1,+49 151,2,3\n2,"+49 152" 7,1\n3,"+49 153,1\n4,1,1\n'))
    assert [raw for _, _, raw, _ in engine.sql(KEPT)] == [None, None, None]
    assert not [reason for (reason,) in engine.sql("select reason from sluice.reject") if "+49" in reason]


def test_bytes_that_are_not_text_are_left_out_and_named(engine: InProcess, tmp_path: Path) -> None:
    engine.use(people())
    loaded(engine, written(tmp_path, b"id,phone,amount\n1,M\xfcnchen,2\n2,a\0b,2\n"))
    assert engine.sql(KEPT) == [
        (2, "invalid_utf8", "1,M\ufffdnchen,2", ["phone"]),
        (3, "nul", "2,a\ufffdb,2", ["phone"]),
    ]


def test_long_rows_many_rows_and_all_rows_where_it_is_off_are_not_kept(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"SLUICE_RAW_BYTES": "64", "SLUICE_RAW_ROWS": "2"}.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    engine.use(people())
    loaded(engine, written(tmp_path, f"id,phone,amount\nx,{'9' * 80},1\ny,1,1\nz,1,1\n"))
    assert [raw for _, _, raw, _ in engine.sql(KEPT)] == [None, "y,1,1", None]
    monkeypatch.setenv("SLUICE_KEEP_RAW", "0")
    settings.cache_clear()
    loaded(engine, written(tmp_path, "id,phone,amount\nw,1,1\n", "other.csv"))
    assert engine.sql("select raw from sluice.reject where line = 2 and reason like '%''w''%'") == [(None,)]


def test_rejects_whose_file_cannot_be_read_again_are_written_without_their_text(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process may have read the part, and this one may lack the right: Arrow then wrote zeros for no text."""
    monkeypatch.setattr(raw_rows, "raw_rows", lambda *_: [])
    engine.use(people())
    loaded(engine, written(tmp_path, "id,phone,amount\n" + "".join(f"{n},,x\n" for n in range(300))))
    assert engine.sql("select count(*), count(raw), count(masked) from sluice.reject") == [(300, 0, 0)]
