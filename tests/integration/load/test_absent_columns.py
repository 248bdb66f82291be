"""What the books say of columns that an input does not have, whatever the input is; and what its parts know of it."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.ledger.parts import read_part
from tests.kit.in_process import InProcess

COLUMNS = [
    Column("id", Integer(), required=True),
    Column("name", Text()),
    Column("recipient", Text(), header="Empfaenger"),
]
ABSENT = "Columns that the file does not have: "


def pipeline(*columns: Column, **said: Any) -> Pipeline:
    return Pipeline("notes", Files("*", **said), Table("notes", key=("id",), columns=[*COLUMNS, *columns]))


def parquet(**columns: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def brought(engine: InProcess, tmp_path: Path, content: bytes) -> tuple[str | None, tuple[str, ...]]:
    """The note of a file, and what its first part knows to be absent."""
    path = tmp_path / "a.file"
    path.write_bytes(content)
    run = engine.register(path)
    engine.plan(run)
    ((part,),) = engine.sql("select min(id) from sluice.part")
    absent = read_part(part).absent
    (found,) = engine.finish(run)["inputs"]
    assert (found["state"], found["rejected"]) == ("done", 0)
    return found["note"], absent


LINES = [{"id": number} for number in range(20_000)]
LATE = "\n".join(map(json.dumps, [*LINES, {"id": 99_999, "Empfaenger": "x"}])).encode()


@pytest.mark.parametrize(
    ("content", "note", "absent"),
    [
        (b"id,name,Empfaenger\n1,a,b\n", None, ()),
        (b"id,name\n1,a\n", ABSENT + "recipient (null).", ("recipient",)),
        (gzip.compress(b"id\n1\n"), ABSENT + "name (null), recipient (null).", ("name", "recipient")),
        ("id,name\n1,a\n".encode("utf-16"), ABSENT + "recipient (null).", ("recipient",)),
        (b'{"id":1,"name":"a","Empfaenger":null}\n', None, ()),
        (b'{"id":1}\n{"id":2,"name":"a"}\n', ABSENT + "recipient (null).", ("recipient",)),
        (LATE, ABSENT + "name (null).", ("name",)),
        (LATE.replace(b'"Empfaenger"', b'" empf\\u0061enger "'), ABSENT + "name (null).", ("name",)),
        (
            LATE.replace(b'"Empfaenger": "x"', b'"other": {"Empfaenger": "x"}'),
            ABSENT + "name (null), recipient (null).",
            ("name", "recipient"),
        ),
        (
            LATE.replace(b'"Empfaenger": "x"', b'"other": "\\"Empfaenger\\": "'),
            ABSENT + "name (null), recipient (null).",
            ("name", "recipient"),
        ),
        (parquet(id=[1], name=["a"], Empfaenger=["b"]), None, ()),
        (parquet(id=[1]), ABSENT + "name (null), recipient (null).", ("name", "recipient")),
        (
            parquet(id=[1], name=["a"], Empfanger=["b"]),
            "Column 'Empfanger' is unknown; did you mean 'Empfaenger' (declared for recipient)? Columns that the "
            "pipeline does not know were ignored: Empfanger. " + ABSENT + "recipient (null).",
            ("recipient",),
        ),
    ],
    ids=["csv", "csv-absent", "packed", "utf-16", "json", "json-absent", "json-late", "json-escaped", "json-nested",
         "json-in-text", "parquet", "parquet-absent", "parquet-misspelt"],
)  # fmt: skip
def test_a_column_that_is_absent_is_named_and_known(
    engine: InProcess, tmp_path: Path, content: bytes, note: str | None, absent: tuple[str, ...]
) -> None:
    engine.use(pipeline())
    assert brought(engine, tmp_path, content) == (note, absent)


def test_a_late_key_that_is_required_is_found_and_lines_without_it_are_refused(
    engine: InProcess, tmp_path: Path
) -> None:
    engine.use(pipeline(Column("code", Text(), required=True)))
    path = tmp_path / "a.jsonl"
    path.write_bytes(LATE.replace(b'"Empfaenger"', b'"code"'))
    status = engine.finish(engine.register(path))
    assert (status["read"], status["loaded"], status["rejected"]) == (20_001, 1, 20_000)


@pytest.mark.parametrize("content", [b"id,name\n1,a\n", b'{"id":1,"name":"a"}\n', parquet(id=[1], name=["a"])])
def test_an_input_without_a_column_that_must_exist_is_refused(
    engine: InProcess, tmp_path: Path, content: bytes
) -> None:
    engine.use(pipeline(Column("code", Text(), must_exist=True)))
    path = tmp_path / "a.file"
    path.write_bytes(content)
    (found,) = engine.finish(engine.register(path))["inputs"]
    assert (found["state"], found["error_code"]) == ("failed", "missing_header")


EMPTY = parquet(id=[1], code=pa.array([None], pa.string()))


@pytest.mark.parametrize("content", [b"id,code\n1,\n", b'{"id":1,"code":null}\n', EMPTY])
def test_a_column_that_must_exist_may_be_empty(engine: InProcess, tmp_path: Path, content: bytes) -> None:
    engine.use(pipeline(Column("code", Text(), must_exist=True)))
    assert brought(engine, tmp_path, content)[1] == ("name", "recipient")
    assert engine.sql("select id, code from notes") == [(1, None)]
