"""A wrong declaration fails where it is imported, and names the file and the mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sluice import (
    Array,
    Bytes,
    Column,
    Date,
    Files,
    Identity,
    Inet,
    Integer,
    Json,
    Pipeline,
    PostgresQuery,
    Table,
    Text,
    Uuid,
    at_least,
    matches,
    one_of,
)  # fmt: skip
from sluice.engine.base.settings import settings
from sluice.engine.types import ColumnType
from sluice.errors import ConfigError, DeclarationError
from sluice.pipelines import all_pipelines, broken, find


def test_a_table_names_all_its_mistakes_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        Table("t", key=("id", "when"), columns=[Column("id", Integer()), Column("id", Text())], on_conflict="drop")  # type: ignore[arg-type]
    message = str(caught.value)
    assert "'id' is declared twice" in message
    assert "'when' is not among its columns" in message
    assert "must be required=True" in message
    assert "must be 'keep', 'update' or 'history', not 'drop'" in message


DAY = Column("day", Date("%Y-%m-%d"), required=True)
PARTITIONED = [
    (
        {"key": ("id",)},
        r"must have the column 'day' of partition_by, because .*: key=\('id', 'day'\)\. Rows of two dates",
    ),
    ({"partition_by": "date"}, r"partition_by: .*'date'"),
    ({"partition_by": "id"}, r"partition_by='id' must be a Date or a moment, not Integer\(\): name another column\."),
    ({"partition_unit": "week"}, r"partition_unit must be 'day', 'month' or 'year', not 'week'\."),
    ({"partition_by": None, "partition_unit": "day"}, r"partition_unit='day' needs partition_by"),
    ({"key": None, "columns": [Column("day", Date("%Y-%m-%d"))]}, r"'day' must be required=True: a row without a date"),
    ({"generated": [Identity("a"), Identity("b")]}, r"It has two Identity columns"),
    ({"generated": [Identity("id")]}, r"Column 'id' is declared twice"),
]


@pytest.mark.parametrize(("options", "mistake"), PARTITIONED)
def test_a_partitioned_table_has_a_date_in_its_key(options: dict[str, Any], mistake: str) -> None:
    right = {"key": ("id", "day"), "columns": [Column("id", Integer(), required=True), DAY], "partition_by": "day"}
    assert Table("t", **right).identity == ("id", "day")
    assert Table("t", **right | {"key": None}).identity == ("_input_id", "_line", "day")
    with pytest.raises(DeclarationError, match=mistake) as caught:
        Table("t", **right | options)
    assert caught.value.place.startswith(f"{__file__}:")


def test_a_table_without_a_key_says_so_and_only_adds_rows() -> None:
    columns = [Column("id", Integer())]
    assert Table("t", key=None, columns=columns).identity == ("_input_id", "_line")
    with pytest.raises(ConfigError, match=r"or declare that there are none, key=None: then every line is a row\."):
        Table("t", key=(), columns=columns)
    with pytest.raises(ConfigError, match="on_conflict='update' needs a key, by which a row finds the older one: name"):
        Table("t", key=None, columns=columns, on_conflict="update")
    with pytest.raises(ConfigError, match="columns must not be empty"):
        Table("t", key=None, columns=[])
    query = PostgresQuery("select 1", name="q", database="SLUICE_Q_DATABASE_URL", watermark="id", overlap=1)
    with pytest.raises(ConfigError, match="overlap fetches rows again, and a table without a key would have"):
        Pipeline("t", query, Table("t", key=None, columns=columns))
    with pytest.raises(ConfigError, match="so its table needs a key and on_conflict='update'"):
        Pipeline("t", Files("*.csv", snapshot=True), Table("t", key=None, columns=columns))


@pytest.mark.parametrize("kind", [Json(), Uuid(), Bytes("hex"), Inet(), Array(Integer())], ids=repr)
def test_a_check_that_compares_with_a_text_is_refused_for_values_that_are_none(kind: ColumnType) -> None:
    for check in (one_of("a"), matches("a"), at_least("a")):
        with pytest.raises(ConfigError, match="compares with a number or a text, and values of"):
            Column("c", kind, check=check)


@pytest.mark.parametrize("name", ["Robert'); drop table x", "Upper", "1st", "", "a" * 60])
def test_names_are_plain_identifiers(name: str) -> None:
    with pytest.raises(ConfigError, match="a name must have at most 59 lower-case letters"):
        Column(name, Text())
    with pytest.raises(ConfigError, match="a name must have at most 59 lower-case letters"):
        Pipeline(name, Files("*.csv"), Table("t", key=("a",), columns=[Column("a", Text(), required=True)]))


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder of pipelines of one's own."""
    monkeypatch.setenv("SLUICE_PIPELINES", f"{tmp_path}:call_logs")
    settings.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    settings.cache_clear()


def test_a_pipeline_file_with_a_mistake_is_named_and_the_others_work(folder: Path) -> None:
    (folder / "broken.py").write_text("from sluice import Files\npipeline = Files('*.csv', delimiter='##')\n")
    assert "call_logs" in all_pipelines()
    (sentence,) = broken()
    assert re.search(r"broken\.py:2: .*delimiter must be .* not '##'", sentence)
    with pytest.raises(ConfigError, match=r"broken\.py:2: .*delimiter must be .* not '##'"):
        find("broken")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"strict_quotes": "yes"}, "Files: strict_quotes must be True or False, not the text 'yes'."),
        ({"line_breaks": None}, "Files: line_breaks must be True or False, not None."),
        ({"snapshot": 1}, "Files: snapshot must be True or False, not 1."),
        ({"skip": -1}, "Files('*.csv'): skip must be an integer between 0 and 10,000."),
        (
            {"header": ()},
            "Files('*.csv'): header must be a list of the column names, in order: header=('id', 'name').",
        ),
    ],
)
def test_what_cannot_be_declared_about_files_is_one_sentence(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigError) as error:
        Files("*.csv", **options)
    assert str(error.value) == sentence


def test_a_header_may_leave_columns_without_a_name() -> None:
    assert Files("*.csv", header=("id", "", "")).header == ("id", "", "")


def test_strict_quotes_are_another_reading_of_the_same_bytes() -> None:
    assert Files("*.csv").reading == {}
    assert Files("*.csv", strict_quotes=True).reading == {"strict_quotes": True}
    assert Files("*.csv", line_breaks=False).reading == {"line_breaks": "none"}


def test_an_unknown_option_of_files_is_one_sentence_with_the_file(folder: Path) -> None:
    (folder / "broken.py").write_text("from sluice import Files\npipeline = Files('*.csv', stric_quotes=True)\n")
    with pytest.raises(ConfigError, match=r"broken\.py:2: .*unexpected keyword argument 'stric_quotes'"):
        find("broken")


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        (("b",), (), "Column 'a' is renamed from 'b', which is a column of its own: leave out renamed_from."),
        (("a",), (), "Column 'a' is renamed from 'a', which is a column of its own: leave out renamed_from."),
        (("old",), ("old",), "'old' is in renamed_from of two columns."),
        ("old", (), "Column 'a': renamed_from must be"),
    ],
)
def test_a_name_from_before_belongs_to_one_column(first: Any, second: Any, sentence: str) -> None:
    key = Column("id", Integer(), required=True)
    with pytest.raises(ConfigError) as caught:
        Table(
            "t",
            key=("id",),
            columns=[key, Column("a", Text(), renamed_from=first), Column("b", Text(), renamed_from=second)],
        )
    assert sentence in str(caught.value)
