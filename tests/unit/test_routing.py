"""Which source a file belongs to: by its name, else by its header; what fits none, or two, is told."""

from __future__ import annotations

import bz2
import gzip
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from sluice.engine.base.settings import settings
from sluice.engine.declare import Column, Files, Flow, Pipeline, Table
from sluice.engine.sources.files.routing import source_of
from sluice.engine.sources.inputs import inputs_of
from sluice.engine.types import Integer, Text
from sluice.errors import ConfigError
from sluice.pipelines.customer_ltv import pipeline as customer_ltv

CUSTOMERS = "customer_id,first_name,last_name,email,country,gender,date_of_birth\n1,Ada,A,,,,\n"
ORDERS = "order_id,customer_id,order_date,product,price\n10,1,2023-05-01,x,5\n"
PAYMENTS = "payment_id,customer_id,order_id,payment_date,amount\n100,1,10,2023-05-01,5\n"
PATTERNS = "customers (customer*), orders (order*), payments (payment*)"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SLUICE_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield tmp_path / "home"
    settings.cache_clear()


def _routed(path: Path, content: str | bytes) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return source_of(customer_ltv, str(path))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("customer_data.csv", "customers"),
        ("customers.csv.gz", "customers"),
        ("order_data.csv", "orders"),
        ("orders-2023-12-31.CSV", "orders"),
        ("payment_data.csv", "payments"),
        ("payments.parquet", "payments"),
    ],
)
def test_the_name_decides_where_it_is_like_one_pattern(tmp_path: Path, name: str, source: str) -> None:
    assert _routed(tmp_path / name, "whatever\n1\n") == source
    assert source_of(customer_ltv, f"s3://shop/in/{name}") == source  # without a look at what is in it


@pytest.mark.parametrize(
    ("header", "source"),
    [
        (CUSTOMERS, "customers"),
        (ORDERS, "orders"),
        (PAYMENTS, "payments"),
        ("PAYMENT_ID; Order_Id ;Payment_Date;Amount;Status\n", "payments"),
        ("order_id\tcustomer_id\torder_date\n", "orders"),
        ("customer_id,email,country\n", "customers"),
        ('{"payment_id": 1, "order_id": 2, "payment_date": "2023-01-01", "amount": 3}\n', "payments"),
    ],
)
def test_else_the_header_does(tmp_path: Path, header: str, source: str) -> None:
    assert _routed(tmp_path / "export_7.txt", header) == source


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_of_a_packed_file_it_is_the_header_inside(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    assert _routed(tmp_path / "export.csv.gz", pack(PAYMENTS.encode())) == "payments"


def test_members_of_an_archive_are_told_apart_by_name_and_header(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "day.zip", "w") as archive:
        for name, text in (("in/customers.csv", CUSTOMERS), ("in/orders.csv", ORDERS), ("in/x.csv", PAYMENTS)):
            archive.writestr(name, text)
    assert [each.source for each in inputs_of(customer_ltv, [tmp_path / "day.zip"])] == [
        "customers",
        "orders",
        "payments",
    ]


def test_standard_input_is_told_by_its_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(ORDERS.encode())))
    (tmp_path / "payment_data.csv").write_text(PAYMENTS)
    found = inputs_of(customer_ltv, ["-", tmp_path / "payment_data.csv"])
    assert [each.source for each in found] == ["orders", "payments"]
    assert Path(found[0].uri).read_text() == ORDERS


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("name,colour\nx,red\n", "its header (name, colour)"),
        ("customer_id,a,b,c\n1,2,3,4\n", "its header (customer_id, a, b, c)"),  # knows less than half of it
        ("order_id,product\n1,x\n", "its header (order_id, product)"),  # lacks what an order must have
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "what is in it"),
        ("", "what is in it"),
    ],
)
def test_a_file_that_fits_none_is_refused_with_what_there_is(tmp_path: Path, content: str | bytes, what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _routed(tmp_path / "export.csv", content)
    assert str(caught.value) == (
        f"{tmp_path}/export.csv: customer_ltv has the sources {PATTERNS}, and by its name and {what} it fits none of "
        "them. Rename it to match the pattern of its source, or correct its header."
    )


def _letters(name: str, pattern: str) -> Flow:
    columns = [Column("id", Integer(), required=True), Column("text", Text())]
    return Flow(Files(pattern, name=name), Table(name, key=("id",), columns=columns))


ALIKE = Pipeline("post", flows=[_letters("received", "in/recei*"), _letters("sent", "out/sent*")])
ANY_NAME = [Flow(Files("in/*.csv", name=flow.source.name), flow.table) for flow in customer_ltv.flows[1:]]
SAME_NAME = Pipeline("shop", flows=[customer_ltv.flows[0], *ANY_NAME])


def test_a_file_that_fits_two_is_refused_by_header_but_not_by_name(tmp_path: Path) -> None:
    path = tmp_path / "letters.csv"
    path.write_text("id,text\n1,a\n")
    with pytest.raises(ConfigError) as caught:
        source_of(ALIKE, str(path))
    assert str(caught.value) == (
        f"{path}: post has the sources received (recei*), sent (sent*), and by its name and its header (id, text) it "
        "fits received as well as sent. Rename it to match the pattern of its source, or correct its header."
    )
    assert source_of(ALIKE, str(path.rename(tmp_path / "sent_7.csv"))) == "sent"


def test_where_a_name_is_like_two_patterns_the_header_decides_between_those(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(PAYMENTS)
    assert source_of(SAME_NAME, str(path)) == "payments"
    path.write_text(CUSTOMERS)  # its name is not like that of customers, and it is neither of the two others
    with pytest.raises(ConfigError, match="it fits none of them"):
        source_of(SAME_NAME, str(path))


def test_a_pipeline_of_one_source_takes_what_comes(tmp_path: Path) -> None:
    one = Pipeline("post", flows=[_letters("received", "in/recei*")])
    assert source_of(one, str(tmp_path / "not_even_there.bin")) == "received"
