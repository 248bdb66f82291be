"""Documents, identifiers, bytes and addresses: from each format into PostgreSQL, exact, and out again."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sluice import Bytes, Column, Files, Inet, Integer, Json, Pipeline, Table, Uuid
from sluice.errors import ConfigError
from tests.kit.in_process import InProcess

ID = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
OTHER_ID = "00000000-0000-0000-0000-00000000000a"
COLUMNS = [
    Column("id", Uuid(), required=True), Column("about", Json()), Column("seal", Bytes("hex")), Column("host", Inet()),
]  # fmt: skip
VALUES = "select id::text, about::text, encode(seal, 'hex'), abbrev(host) from things order by 1"


def things(pattern: str, **options: Any) -> Pipeline:
    return Pipeline("things", Files(pattern), Table("things", **({"key": ("id",), "columns": COLUMNS} | options)))


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def rejects(engine: InProcess) -> list[tuple[Any, ...]]:
    return engine.sql("select line, column_name, code from sluice.reject order by line")


def test_from_csv(engine: InProcess, tmp_path: Path) -> None:
    engine.use(things("*.csv"))
    rows = [
        f'{ID},"{{""a"": 1.50}}",\\x00ff,10.0.0.5/24', f"{OTHER_ID},,,", f"{OTHER_ID[:-1]}b,[1],00,fe80::1",
        "nothing,,,", f"{OTHER_ID},{{,,", f"{OTHER_ID},,0,", f"{OTHER_ID},,,10.0.0",
    ]  # fmt: skip
    engine.finish(engine.register(written(tmp_path / "a.csv", "id,about,seal,host\n" + "\n".join(rows) + "\n")))
    assert engine.sql(VALUES) == [
        (OTHER_ID, None, None, None),
        (OTHER_ID[:-1] + "b", "[1]", "00", "fe80::1"),
        (ID, '{"a": 1.50}', "00ff", "10.0.0.5/24"),
    ]
    assert rejects(engine) == [
        (5, "id", "not_uuid"),
        (6, "about", "not_json"),
        (7, "seal", "not_hex"),
        (8, "host", "not_inet"),
    ]


def test_json_lines_give_documents_as_they_were_sent(engine: InProcess, tmp_path: Path) -> None:
    columns = [Column("n", Integer(), required=True), Column("about", Json())]
    engine.use(things("*.jsonl", key=("n",), columns=columns))
    sent = [
        '{"n": 1e0, "about": {"b": [1.10, 1e2, -0.0, 123456789012345678901234567890, "1.10", true, null, {}, []]}}',
        '{"n": 2, "about": "text \\u00e9 \\" \\\\"}', '{"n": 3, "about": 1.50}', '{"n": 4, "about": null}', '{"n": 5}',
        '{"n": 6, "about": {"a": 1, "a": 2}}', '{"n": 7, "about": ["\\u0000"]}', '{"n": 8, "about": ["\\ud800"]}',
        '{"n": 9, "about": ' + "[" * 501 + "]" * 501 + "}", '{"n": [1], "about": 1}', '{"n": 11, "about": false}',
        '{"n": 12, "about": ' + "[" * 500 + "]" * 500 + "}",
    ]  # fmt: skip
    engine.finish(engine.register(written(tmp_path / "a.jsonl", "\n".join(sent) + "\n")))
    assert engine.sql("select n, about::text from things order by n") == [
        (1, '{"b": [1.10, 100, 0.0, 123456789012345678901234567890, "1.10", true, null, {}, []]}'),
        (2, '"text é \\" \\\\"'), (3, "1.50"), (4, None), (5, None), (11, "false"),
        (12, "[" * 500 + "]" * 500),
    ]  # fmt: skip
    assert rejects(engine) == [
        (6, "about", "duplicate_key"), (7, "about", "nul"), (8, "about", "invalid_utf8"), (9, "about", "too_deep"),
        (10, "n", "nested_value"),
    ]  # fmt: skip


def test_parquet_gives_structs_lists_and_bytes(engine: InProcess, tmp_path: Path) -> None:
    engine.use(things("*.parquet"))
    about = pa.struct([("price", pa.decimal128(12, 4)), ("tags", pa.list_(pa.string())), ("day", pa.date32())])
    table = pa.table({
        "id": pa.array([bytes.fromhex(ID.replace("-", ""))], pa.binary(16)),
        "about": pa.array([{"price": Decimal("1.5000"), "tags": ["a", None], "day": None}], about),
        "seal": pa.array([b"\x00\xff"], pa.binary()),
        "host": pa.array(["10.0.0.1"]),
    })  # fmt: skip
    pq.write_table(table, tmp_path / "a.parquet")
    engine.finish(engine.register(tmp_path / "a.parquet"))
    assert engine.sql(VALUES) == [(ID, '{"day": null, "tags": ["a", null], "price": 1.5000}', "00ff", "10.0.0.1")]


@pytest.mark.parametrize("rows", ["0", "1"], ids=["with_the_index", "bulk"])
def test_they_can_be_keys_and_are_compared_as_postgresql_does(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str
) -> None:
    monkeypatch.setenv("SLUICE_BULK_ROWS", rows)
    engine.forget()
    columns = [
        Column("seal", Bytes("hex"), required=True),
        Column("host", Inet(), required=True),
        Column("about", Json()),
    ]
    engine.use(things("*.csv", key=("seal", "host"), columns=columns))
    first = written(tmp_path / "a.csv", "seal,host,about\n00,::1,1\n0000,::1,1\n00,::1/128,1\n00,10.0.0.1,1\n,::1,1\n")
    second = written(tmp_path / "b.csv", "seal,host,about\n\\x,::1,1.0\n\\x00,::1,1.0\n0000,::1,2\n")
    status = engine.finish(engine.register(first, second))
    assert (status["loaded"], status["duplicate"], status["rejected"]) == (4, 2, 2)
    found = engine.sql("select encode(seal, 'hex'), abbrev(host), about::text from things order by seal, host")
    assert found == [("", "::1", "1.0"), ("00", "10.0.0.1", "1"), ("00", "::1", "1"), ("0000", "::1", "1")]


def test_an_update_replaces_only_what_differs(engine: InProcess, tmp_path: Path) -> None:
    engine.use(things("*.csv", on_conflict="update"))
    head = "id,about,seal,host\n"
    engine.finish(engine.register(written(tmp_path / "a.csv", f"{head}{ID},[1],00,10.0.0.1\n{OTHER_ID},[1],,\n")))
    status = engine.finish(
        engine.register(written(tmp_path / "b.csv", f"{head}{ID},[1.0],00,10.0.0.1\n{OTHER_ID},[2],,\n"))
    )
    assert (status["updated"], status["unchanged"]) == (1, 1)
    assert engine.sql("select about::text from things order by id") == [("[2]",), ("[1.0]",)]


def test_a_document_is_no_key_and_shares_its_header_with_documents_only() -> None:
    with pytest.raises(ConfigError, match=r"Key column 'about' is Json\(\), which a key must not have"):
        things("*.csv", key=("about",), columns=[Column("about", Json(), required=True)])
    with pytest.raises(ConfigError, match="Columns 'a' and 'b' read the header 'x', and only one of them takes JSON"):
        things("*.csv", key=None, columns=[Column("a", Json(), header="x"), Column("b", Integer(), header="x")])


def test_a_digit_more_than_a_number_may_have_is_a_reject_and_not_an_error_of_the_load(
    engine: InProcess, tmp_path: Path
) -> None:
    engine.use(things("*.jsonl", key=None, columns=[Column("about", Json())]))
    sent = [
        json.dumps({"about": 0}).replace("0", each) for each in ("1" * 1000, "1" * 1001, "1e1000", "1e1001", "1e-1000")
    ]
    engine.finish(engine.register(written(tmp_path / "a.jsonl", "\n".join(sent) + "\n")))
    assert engine.sql("select _line::int from things order by 1") == [(1,), (3,), (5,)]
    assert rejects(engine) == [(2, "about", "out_of_range"), (4, "about", "out_of_range")]
