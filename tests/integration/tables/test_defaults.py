"""Defaults: the value of empty cells, and of columns that a file does not have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sluice import (
    Boolean,
    Bytes,
    Column,
    Date,
    Decimal,
    Files,
    Inet,
    Integer,
    Json,
    Money,
    Pipeline,
    Table,
    Text,
    Uuid,
    at_least,
    one_of,
)  # fmt: skip
from sluice.engine.rows.contract import Contract
from sluice.errors import ConfigError
from tests.kit.in_process import InProcess

KEY = Column("id", Integer(), required=True)


def orders(**options: Any) -> Pipeline:
    columns = [
        KEY, Column("currency", Text(), default="EUR", nulls=("-",)),
        Column("discount", Decimal(12, 2, point=","), default=0, check=at_least(0)),
    ]  # fmt: skip
    return Pipeline(
        "orders", Files("*.csv", delimiter=";"), Table("orders", **({"key": ("id",), "columns": columns} | options))
    )


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_empty_cells_and_words_for_null_get_the_default_and_wrong_ones_are_rejected(
    engine: InProcess, tmp_path: Path
) -> None:
    engine.use(orders())
    rows = "id;currency;discount\n1;;\n2;USD;1,50\n3;-;x\n4; ;-1\n5;-;0\n"
    engine.finish(engine.register(written(tmp_path / "a.csv", rows)))
    assert engine.sql("select id, currency, discount::text from orders order by 1") == [
        (1, "EUR", "0.00"), (2, "USD", "1.50"), (5, "EUR", "0.00"),
    ]  # fmt: skip
    assert engine.sql("select line, code from sluice.reject order by 1") == [(4, "not_decimal"), (5, "negative")]


@pytest.mark.parametrize("on_conflict", ["keep", "update"])
def test_a_file_without_the_column_gives_the_default_and_its_note_says_so(
    engine: InProcess, tmp_path: Path, on_conflict: str
) -> None:
    engine.use(orders(on_conflict=on_conflict))
    engine.finish(engine.register(written(tmp_path / "a.csv", "id;currency;discount\n1;USD;5\n")))
    status = engine.finish(engine.register(written(tmp_path / "b.csv", "id;discount\n1;5\n2;\n")))
    assert (
        status["inputs"][0]["note"]
        == "Columns that the file does not have, and that get their default: currency (EUR)."
    )
    first = "USD" if on_conflict == "keep" else "EUR"
    assert engine.sql("select id, currency, discount::text from orders order by 1") == [
        (1, first, "5.00"),
        (2, "EUR", "0.00"),
    ]


@pytest.mark.parametrize(
    ("kind", "default", "value"),
    [
        (Integer(), 7, "7"), (Decimal(12, 2), "1.50", "1.50"), (Money("USD"), "$2.5", "2.5000"),
        (Text(), " a  b", "a b"), (Bytes("hex"), "00", "\\x00"),
        (Boolean(), False, "false"), (Date("%d.%m.%Y"), "02.01.2024", "2024-01-02"), (Json(), "{}", "{}"),
        (Uuid(), "6f9619ff8b86d011b42d00cf4fc964ff", "6f9619ff-8b86-d011-b42d-00cf4fc964ff"),
        (Inet(), "::1", "::1/128"),
    ],
    ids=lambda each: type(each).__name__ if not isinstance(each, str | int | bool) else None,
)  # fmt: skip
def test_a_default_of_any_type(engine: InProcess, tmp_path: Path, kind: Any, default: Any, value: str) -> None:
    columns = [KEY, Column("v", kind, default=default)]
    engine.use(Pipeline("t", Files("*.csv"), Table("t", key=("id",), columns=columns)))
    engine.finish(engine.register(written(tmp_path / "a.csv", "id,v\n1,\n2,\n")))
    assert engine.sql("select distinct v::text from t") == [(value,)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"type": Integer(), "default": "x"}, "Column 'c': default='x': 'x' is not"),
        ({"type": Integer(), "default": " "}, "Column 'c': default=' ': it is empty, so it is null"),
        ({"type": Integer(), "default": 1, "required": True}, "default is for empty values, and required rejects them"),
        ({"type": Text(), "default": "x", "check": one_of("a")}, "Column 'c': default='x': 'x' is not one of: a."),
    ],
)
def test_a_default_that_the_column_would_reject_is_a_mistake(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Column("c", **options)
    assert message in str(refused.value)


def test_a_default_is_part_of_the_contract_and_without_one_its_version_is_the_old_one() -> None:
    versions = {
        Contract(Table("t", key=("id",), columns=[KEY, Column("c", Text(), default=default)])).version
        for default in (None, "a", "b")
    }
    assert len(versions) == 3
