"""Exports that may have a forgotten customer: named in the receipt, and deleted when told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sluice.engine.export import ExportRequest, Form, export_noted
from sluice.tasks.removal.forget import forget
from tests.integration.forget.company import NUMBER, Company

NOTED = (
    "select table_name, uri, format, columns, personal, rows, sha256 is not null, gone_at is null from sluice.export"
)
PERSONAL = {"call": ["msisdn"]}


def _export(table: str, to: Path | str, *columns: str, form: str = "csv") -> None:
    export_noted([ExportRequest(table, ("id",), str(to), columns)], Form(form), PERSONAL, pytest.fail)  # type: ignore[arg-type]


def _loaded(company: Company) -> None:
    company.load(company.file("calls1.csv", f"1,{NUMBER},10,a", "3,+250788999888,30,c"))


def _states(receipt: dict[str, Any]) -> list[tuple[str, str, str, str | None]]:
    return [(Path(each["file"]).name, each["of"], each["state"], each["why"]) for each in receipt["exports"]]


def test_an_export_is_noted_with_what_is_in_it(company: Company, tmp_path: Path) -> None:
    _loaded(company)
    _export("call", tmp_path / "calls.csv", "id", "msisdn")
    _export("spent", tmp_path / "spent.parquet", form="parquet")
    assert company.engine.sql(NOTED) == [
        ("call", str(tmp_path / "calls.csv"), "csv", ["id", "msisdn"], ["msisdn"], 2, True, True),
        ("spent", str(tmp_path / "spent.parquet"), "parquet", [], [], 2, True, True),
    ]


def test_forget_names_the_exports_of_its_tables_and_of_what_is_derived_from_them(
    company: Company, tmp_path: Path
) -> None:
    _loaded(company)
    for table in ("call", "spent", "customer"):
        _export(table, tmp_path / f"{table}.csv")
    receipt = forget("company", [("msisdn", NUMBER)], table="call", dry_run=True).receipt
    assert _states(receipt) == [
        ("call.csv", "call", "left", "--exports deletes it"),
        ("spent.csv", "spent", "left", "--exports deletes it"),
    ]
    done = company.forget(table="call")
    assert _states(done.receipt) == _states(receipt)
    assert (tmp_path / "call.csv").exists()


def test_forget_names_exports_of_all_versions(company: Company, tmp_path: Path) -> None:
    company.declare(customers="history")
    company.load(company.customers("customers.csv", "0788123456,basic"))
    views = ("customer", "customer_history", "customer_versions", "customer_current")
    for table in views:
        export_noted([ExportRequest(table, (), str(tmp_path / f"{table}.csv"))], Form("csv"), PERSONAL, pytest.fail)
    receipt = company.forget(table="customer", exports=True).receipt
    assert _states(receipt) == [(f"{table}.csv", table, "deleted", None) for table in views]


def test_forget_deletes_exports_when_told_and_says_which_it_could_not(company: Company, tmp_path: Path) -> None:
    _loaded(company)
    for name in ("deleted", "changed", "moved", "elsewhere", "killed"):
        _export("call", tmp_path / f"{name}.csv")
    (tmp_path / "changed.csv").write_text("mine\n")
    (tmp_path / "moved.csv").rename(tmp_path / "other.csv")
    company.engine.sql("update sluice.export set host = 'laptop' where uri like '%%elsewhere.csv' returning 1")
    company.engine.sql("update sluice.export set sha256 = null where uri like '%%killed.csv' returning 1")

    done = company.forget(exports=True)

    assert _states(done.receipt) == [
        ("deleted.csv", "call", "deleted", None),
        ("changed.csv", "call", "left", "it was changed since it was exported, so it is not deleted"),
        ("moved.csv", "call", "gone", None),
        ("elsewhere.csv", "call", "left", "it is on laptop: give the command there, or delete it"),
        ("killed.csv", "call", "left", "its export was killed, or has not ended, so it is not known what it is"),
    ]
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == [
        "calls1.csv",
        "changed.csv",
        "elsewhere.csv",
        "killed.csv",
        "other.csv",
    ]
    again = company.forget(exports=True)
    assert [name for name, *_ in _states(again.receipt)] == ["changed.csv", "elsewhere.csv", "killed.csv"]


def test_of_a_file_that_was_overwritten_the_newest_export_counts(company: Company, tmp_path: Path) -> None:
    _loaded(company)
    _export("call", tmp_path / "out.csv")
    _export("customer", tmp_path / "out.csv")
    assert _states(company.forget(table="call").receipt) == []


def test_an_export_that_fails_is_not_noted(company: Company, tmp_path: Path) -> None:
    _loaded(company)
    with pytest.raises(Exception, match="no column"):
        _export("call", tmp_path / "calls.csv", "nosuch")
    assert company.engine.sql(NOTED) == []


def test_an_export_goes_on_where_the_ledger_cannot_be_written_to(company: Company, tmp_path: Path) -> None:
    _loaded(company)
    company.engine.sql("alter table sluice.export rename to export_before; select 1")
    said: list[str] = []
    to = tmp_path / "calls.csv"
    (done,) = export_noted([ExportRequest("call", ("id",), str(to))], Form("csv"), {}, said.append)
    assert (done.rows, to.exists()) == (2, True)
    assert len(said) == 1
    assert said[0].startswith("The ledger does not know of this export, so `sluice forget` will not name its files: ")
