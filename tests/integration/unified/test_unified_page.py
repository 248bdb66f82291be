"""docs/explanation/unified-sales.md: its worked example gives the numbers shown there, and it names what there is."""

from __future__ import annotations

import re
from pathlib import Path

from sluice.pipelines import find
from sluice.pipelines.unified_sales import pipeline
from tests.kit.unified_files import Market

PAGE = (Path(__file__).parents[3] / "docs" / "explanation" / "unified-sales.md").read_text(encoding="utf-8")
ROW = "select total_amount::text, exchange_rate::text, rate_date::text, rate_state from standardized_data"


def _block(kind: str) -> str:
    (found,) = re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_worked_example_is_what_is_built(market: Market) -> None:
    transactions, rates = market.folder / "transactions.csv", market.folder / "rates.jsonl"
    transactions.write_text(_block("csv"))
    rates.write_text(_block("json"))
    status = market.run(transactions, rates)
    assert status["rejected"] == 1
    assert market.sql(ROW) == [("31.50", "1.090000", "2022-03-03", "ok")]
    assert "`exchange_rate` **1.090000**, `rate_date` 2022-03-03" in PAGE
    for day, given in (("09", ("1.090000", "ok")), ("11", ("1.110000", "ok")), ("02", (None, "missing"))):
        market.run(market.csv("transactions.csv", f"8,1,5,3,2022-03-{day},31.5"))
        assert market.sql("select exchange_rate::text, rate_state from standardized_data") == [given]


def test_every_table_and_column_is_explained() -> None:
    told = set(re.findall(r"`(\w+)`", PAGE))
    tables = {table.name: table for table in find("unified_sales").derived}
    assert {*tables["standardized_data"].names, *tables["preprocessed_data"].names, "unified_sales_finding"} <= told
    assert {name for flow in pipeline.flows for name in (flow.source.name, flow.table.name)} <= told


def test_every_setting_is_named() -> None:
    settings = {"SLUICE_UNIFIED_API_URL", "SLUICE_UNIFIED_API_TOKEN_FILE", "SLUICE_UNIFIED_DATABASE_URL"}
    switches = {"REPORT_CURRENCY", "TOLERANCE_DAYS", "MONEY_THEN", "QUANTITY_THEN", "FENCE", "AGE", "SAME", "GENDERS"}
    assert {name for name in settings | switches if name not in PAGE} == set()
