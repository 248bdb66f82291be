"""The page: one well-formed document that asks for nothing, runs nothing, and shows data as text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from sluice.cli.data.report import report
from sluice.cli.edge import Edge
from sluice.pipelines.customer_ltv.report.figures import read_figures
from sluice.pipelines.customer_ltv.report.page import page
from tests.integration.reports.built import Built

VOID = {"meta"}
ATTACK = "</title><script>alert('x')</script><img src=x onerror=alert(1)> & \"quoted\""
Sluice = Callable[..., Any]


class Document(HTMLParser):
    """Elements, attributes and text of a page; fails where an element is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._open: list[str] = []
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self._open[-1:] != ["style"]:
            self.words.append(" ".join(data.split()))

    @property
    def text(self) -> str:
        return " ".join(self.words)


def dozen(built: Built) -> None:
    """Twelve customers, five of them with nothing."""
    for number, ltv in enumerate(("2100", "1326.46", "1080", "979.10", "271.50", "165", "59.97"), 1):
        built.customer(number, ltv, name=f"Name{number}", revenue=ltv, first=f"2023-{number:02}-05")
    for number in range(8, 13):
        built.customer(number)


@pytest.fixture
def sluice() -> Sluice:
    """The command, in this process."""
    app = typer.Typer(cls=Edge)
    app.callback()(lambda: None)
    app.command()(report)

    def run(*words: str) -> Any:
        return CliRunner().invoke(app, ["report", "customer_ltv", *words])

    return run


def test_a_page_asks_for_nothing_and_runs_nothing(built: Built) -> None:
    dozen(built)
    text = page(read_figures())
    document = Document(text)
    assert not {"script", "link", "img", "iframe", "object", "form", "base"} & set(document.elements)
    assert {value for name, value in document.attributes if name in {"src", "href", "action"}} == {
        "#value", "#share", "#top", "#cohorts", "#orphans", "#rejects",
    }  # fmt: skip
    assert not re.search(r"https?:|url\(|@import|\bon\w+=", text)
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in document.attributes


def test_links_and_labels_lead_to_something_once(built: Built) -> None:
    dozen(built)
    attributes = Document(page(read_figures())).attributes
    ids = [value for name, value in attributes if name == "id"]
    named = [word for name, value in attributes if name == "aria-labelledby" and value for word in value.split()]
    linked = [value[1:] for name, value in attributes if name == "href" and value]
    assert len(ids) == len(set(ids))
    assert set(named) | set(linked) <= set(ids)


def test_the_same_figures_give_the_same_page(built: Built) -> None:
    dozen(built)
    assert page(read_figures()) == page(read_figures())


def test_a_page_says_how_many_have_nothing_and_shows_the_rest(built: Built) -> None:
    dozen(built)
    text = Document(page(read_figures())).text
    assert "As of 2023-12-31 · built 2024-01-01 02:00 UTC · amounts in USD" in text
    assert "5 of 12 customers (41.7 %) have a value of 0 , not in the chart" in text
    assert "7 customers have a value above 0: too few to part into tenths." in text
    assert "Name1 1 2,100.00 2,100.00 1 2023-01-05 2023-01-05" in text
    assert "None: every payment has its order, and every order its customer." in text
    assert "None: no row of the files that stand was refused." in text
    assert "expected lifespan of 3 years, from settled payments" in text


def test_twenty_customers_are_parted_into_tenths(built: Built) -> None:
    for number in range(1, 21):
        built.customer(number, str(number), first="2023-01-01")
    document = Document(page(read_figures()))
    assert "holds 18.6 % of all value, the most valuable half 73.8 %." in document.text
    assert document.elements.count("figure") == 2


def test_one_customer_is_enough_for_a_page(built: Built) -> None:
    built.customer(7, "55", name="Only", revenue="55", first="2023-12-31")
    text = Document(page(read_figures())).text
    assert "All customers have a value above 0." in text
    assert "50.00 to below 60.00: 1 customer" in text
    assert "1 customer has a value above 0: too few to part into tenths." in text


def test_nothing_but_zeros_is_said_and_not_drawn(built: Built) -> None:
    for number in range(1, 4):
        built.customer(number)
    document = Document(page(read_figures()))
    assert "3 of 3 customers (100.0 %) have a value of 0 : 3 without a paid order by then." in document.text
    assert "No customer has a value above 0." in document.text
    assert "No customer had a paid order by 2023-12-31." in document.text
    assert "figure" not in document.elements


def test_data_is_shown_as_text_whatever_it_holds(built: Built) -> None:
    built.customer(1, "5", name=ATTACK, first="2023-12-01")
    file = built.input("orders", f"/inbox/{ATTACK}.csv", rejected=1)
    built.reject(file, 2, ATTACK, ATTACK, ATTACK)
    built.orphan("payment_without_order", 1, "1", file, 3)
    built.orphan(ATTACK, 1, "1", file, 3)
    text = page(read_figures())
    document = Document(text)
    assert not {"script", "img"} & set(document.elements)
    assert "<script" not in text
    assert document.text.count(" ".join(ATTACK.split())) == 8


def test_purged_rejects_and_files_that_failed_are_told(built: Built) -> None:
    built.customer(1)
    built.input("orders", "/inbox/a.csv", rejected=3)
    built.input("orders", "/inbox/b.csv", "failed")
    text = Document(page(read_figures())).text
    assert "3 more rows were refused in runs that were purged since: the books know how many, not which." in text
    assert "1 file could not be loaded at all: sluice status lists the runs." in text
    assert "no row of the files that stand was refused" not in text


def test_a_forecast_has_its_section_only_where_there_is_one(built: Built) -> None:
    dozen(built)
    assert "Forecast" not in Document(page(read_figures())).words
    built.engine.sql(
        "create table customer_ltv_forecast (as_of date, customer_id bigint, probability_alive double precision,"
        " predicted_ltv double precision, primary key (as_of, customer_id))"
    )
    assert "There is no forecast as of 2023-12-31" in Document(page(read_figures())).text
    built.engine.sql(
        "insert into customer_ltv_forecast values ('2023-12-31', 1, 0.9, 120.5), ('2023-12-31', 2, 0.2, 3)"
    )
    document = Document(page(read_figures()))
    assert (
        "There is a forecast for 2 customers, in all 123.50 . More probably than not, 1 of them (50.0 %) still buy."
        in document.text
    )
    assert "Name1 1 120.50 90.0 %" in document.text


def test_the_command_writes_the_page(built: Built, sluice: Sluice, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    dozen(built)
    orders = built.input("orders", f"{tmp_path}/inbox/orders.csv", rejected=1)
    built.reject(orders, 2, "price", "negative", "price: -1.00 is below 0.")
    result = sluice("--out", "report.html")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "report on customer_ltv as of 2023-12-31, 12 customers: written to report.html\n"
    text = Document((tmp_path / "report.html").read_text()).text
    assert "orders negative 1 inbox/orders.csv :2 price -1.00 is below 0." in text
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.endswith((".html", ".part"))) == ["report.html"]


def test_the_page_goes_to_standard_output_for_a_dash(built: Built, sluice: Sluice) -> None:
    dozen(built)
    result = sluice("--out", "-", "--as-of", "2023-12-31")
    assert result.stdout == page(read_figures())
    assert result.stderr.endswith("written to standard output\n")


def test_programs_get_an_object(built: Built, sluice: Sluice, tmp_path: Path) -> None:
    dozen(built)
    told = json.loads(sluice("--out", str(tmp_path / "r.html"), "--json").stdout)
    assert told == {
        "pipeline": "customer_ltv", "as_of": "2023-12-31", "customers": 12, "out": str(tmp_path / "r.html"),
    }  # fmt: skip
    assert sluice("--out", "-", "--json").exit_code == 2


def test_no_file_is_left_where_there_is_nothing_to_report(built: Built, sluice: Sluice, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    result = sluice("--out", str(tmp_path / "here" / "r.html"))
    assert result.exit_code == 2
    assert result.stderr.startswith("error: The table customer_ltv has no rows: no date was built yet.")
    assert list((tmp_path / "here").iterdir()) == []


def test_a_file_that_is_there_stays_unless_forced(built: Built, sluice: Sluice, tmp_path: Path) -> None:
    dozen(built)
    (tmp_path / "r.html").write_text("mine")
    assert sluice("--out", str(tmp_path / "r.html")).exit_code == 2
    assert (tmp_path / "r.html").read_text() == "mine"
    assert sluice("--out", str(tmp_path / "r.html"), "--force").exit_code == 0
    assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")
