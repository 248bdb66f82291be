"""Tables as CSV: what the file holds, byte for byte."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

from sluice.errors import ConfigError
from tests.integration.export.conftest import Office


def fill(office: Office) -> None:
    office.engine.sql(
        "insert into goods (id, name, _input_id, _line) values (3, 'a,b', 1, 2), (1, null, 1, 3), (2, '', 1, 4),"
        " (4, E'say \"hi\"\\r\\n', 1, 5), (5, 'Müller 😀', 1, 6)"
    )


ROWS = {
    3: '3,"a,b"\n',
    1: "1,\n",
    2: '2,""\n',
    4: '4,"say ""hi""\r\n"\n',
    5: "5,Müller 😀\n",
}


def test_the_file_is_csv_by_the_book(office: Office) -> None:
    fill(office)
    made = office.export("goods", "goods.csv", "id", "name")
    data = office.to("goods.csv").read_bytes()
    assert data.decode() == "id,name\n" + "".join(ROWS.values())
    assert (made.rows, made.bytes, made.sha256) == (5, len(data), hashlib.sha256(data).hexdigest())


def test_rows_come_by_key_when_that_is_asked_for(office: Office) -> None:
    fill(office)
    office.export("goods", "goods.csv", "id", "name", ordered=True)
    assert office.to("goods.csv").read_bytes().decode() == "id,name\n" + "".join(ROWS[n] for n in (1, 2, 3, 4, 5))


def test_without_columns_all_are_written_in_the_order_of_the_table(office: Office) -> None:
    office.engine.sql("insert into goods (id, name, _input_id, _line) values (7, 'x', 1, 2)")
    office.export("goods", "goods.csv")
    assert office.to("goods.csv").read_text() == "id,name,_input_id,_line\n7,x,1,2\n"


def test_columns_come_in_the_order_asked_for(office: Office) -> None:
    office.engine.sql("insert into goods (id, name, _input_id, _line) values (7, 'x', 1, 2)")
    office.export("goods", "goods.csv", "_line", "id")
    assert office.to("goods.csv").read_text() == "_line,id\n2,7\n"


def test_a_table_without_rows_is_a_header(office: Office) -> None:
    assert office.export("goods", "goods.csv", "id").rows == 0
    assert office.to("goods.csv").read_text() == "id\n"


def test_a_view_has_the_newest_date(office: Office) -> None:
    office.engine.sql("insert into goods_by_name values ('2024-01-01', 'a', 1), ('2024-01-02', 'b', 2)")
    office.export("goods_by_name_latest", "goods.csv", "as_of", "name", "goods")
    assert office.to("goods.csv").read_text() == "as_of,name,goods\n2024-01-02,b,2\n"


def test_packed_it_holds_the_same_and_is_the_same_twice(office: Office) -> None:
    fill(office)
    once = office.export("goods", "goods.csv.gz", "id", "name", compress=True)
    again = office.export("goods", "again.csv.gz", "id", "name", compress=True)
    data = office.to("goods.csv.gz").read_bytes()
    assert gzip.decompress(data).decode() == "id,name\n" + "".join(ROWS.values())
    assert (once.sha256, once.bytes) == (again.sha256, len(data))


def test_an_unknown_column_is_named_with_those_there_are(office: Office) -> None:
    with pytest.raises(ConfigError, match=r"goods has no column price, cost\. It has: id, name, _input_id, _line\."):
        office.export("goods", "goods.csv", "id", "price", "cost")
    assert list(office.folder.iterdir()) == []


def test_a_table_that_was_not_made_yet_is_told_with_what_makes_it(office: Office) -> None:
    with pytest.raises(ConfigError, match="This database has no table bads yet: `sluice migrate` makes it"):
        office.export("bads", "bads.csv")


def test_a_file_that_was_there_is_replaced(office: Office) -> None:
    office.to("goods.csv").write_text("old")
    office.export("goods", "goods.csv", "id")
    assert office.to("goods.csv").read_text() == "id\n"


def test_a_folder_that_is_missing_is_told(office: Office) -> None:
    with pytest.raises(ConfigError, match=r"goods.csv cannot be written: there is no folder .*; create it first."):
        office.export("goods", "nowhere/goods.csv")


def test_a_folder_is_no_file(office: Office, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not a regular file"):
        office.export("goods", ".")
