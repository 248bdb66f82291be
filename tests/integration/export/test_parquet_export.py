"""Tables as Parquet: types, row groups, and what is refused."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from sluice.engine.export import parquet
from sluice.errors import PermanentError
from tests.integration.export.conftest import Office


def test_a_table_without_rows_has_its_types(office: Office) -> None:
    made = office.export("goods", "goods.parquet", format="parquet")
    schema = pq.read_schema(office.to("goods.parquet"))
    assert made.rows == 0
    assert [(field.name, str(field.type)) for field in schema][:2] == [("id", "int64"), ("name", "string")]


def test_row_groups_are_bounded_and_hold_every_row(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "_GROUP_BYTES", 1 << 20)
    office.engine.sql(
        "insert into goods (id, name, _input_id, _line) "
        "select n, repeat('x', 99), 1, n from generate_series(1, 60000) n"
    )
    made = office.export("goods", "goods.parquet", format="parquet", ordered=True, key=("id",))
    file = pq.ParquetFile(office.to("goods.parquet"))
    assert file.num_row_groups > 3
    assert (made.rows, file.read().column("id").to_pylist()) == (60_000, list(range(1, 60_001)))


def test_a_row_longer_than_any_block_is_a_row(office: Office) -> None:
    office.engine.sql("insert into goods (id, name, _input_id, _line) values (1, repeat(E'\"\\n', 3000000), 1, 2)")
    office.export("goods", "goods.parquet", "name", "id", format="parquet")
    assert pq.read_table(office.to("goods.parquet")).column("name").to_pylist() == ['"\n' * 3_000_000]


@pytest.mark.parametrize("compress", [False, True])
def test_pages_are_packed(office: Office, compress: bool) -> None:
    office.engine.sql("insert into goods (id, name, _input_id, _line) values (1, 'x', 1, 2)")
    office.export("goods", "goods.parquet", format="parquet", compress=compress)
    facts = pq.ParquetFile(office.to("goods.parquet")).metadata.row_group(0).column(0)
    assert facts.compression == ("ZSTD" if compress else "SNAPPY")


@pytest.mark.parametrize(
    "value", ["'infinity'::date", "'0044-03-15 BC'::date", "'10000-01-01'::timestamptz", "'NaN'::numeric(9,2)"]
)
def test_what_parquet_cannot_hold_is_refused_by_column_and_without_the_value(office: Office, value: str) -> None:
    office.engine.sql(f"create table odd as select 1 as id, {value} as strange")
    office.to("odd.parquet").write_text("old")
    with pytest.raises(PermanentError, match="odd: column strange has a value that Parquet cannot hold") as told:
        office.export("odd", "odd.parquet", format="parquet")
    assert not any(word in str(told.value) for word in ("BC'", "10000", "0044"))
    assert [(each.name, each.read_text()) for each in office.folder.iterdir()] == [("odd.parquet", "old")]
