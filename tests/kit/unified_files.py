"""unified_sales with files for sources: JSON lines of what the API would answer, CSV of what the database has."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sluice.engine.declare import Files, Pipeline
from sluice.pipelines.unified_sales import pipeline as unified_sales
from tests.kit.in_process import InProcess

PATTERNS = {"customers": "customer*", "rates": "rate*", "products": "product*", "transactions": "transaction*"}
HEADERS = {
    "sales": "Transaction_ID,Product_ID,Quantity,Price,Transaction_Date",
    "products": "product_id,product_name,category,price,stock_available",
    "transactions": "transaction_id,customer_id,product_id,quantity,transaction_date,total_amount",
}


def over_files(pipeline: Pipeline = unified_sales) -> Pipeline:
    """The same pipeline, with files for sources: its SQL and steps without an API and a database."""
    flows = [
        replace(flow, source=Files(PATTERNS[flow.source.name], name=flow.source.name, snapshot=flow.source.snapshot))
        if flow.source.name in PATTERNS
        else flow
        for flow in pipeline.flows
    ]
    return replace(pipeline, flows=flows)


class Market:
    """A unified_sales of one test: files written in a line, loaded and built."""

    def __init__(self, engine: InProcess, folder: Path, pipeline: Pipeline | None = None) -> None:
        self.engine, self.folder, self.sql = engine, folder, engine.sql
        engine.use(pipeline or over_files())

    def csv(self, name: str, *lines: str) -> Path:
        """A file of the source that its name begins with."""
        header = HEADERS[name.partition("_")[0].partition(".")[0]]
        path = self.folder / name
        path.write_text("\r\n".join([header, *lines, ""]))
        return path

    def jsonl(self, name: str, records: Iterable[Mapping[str, object]]) -> Path:
        path = self.folder / name
        path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
        return path

    def run(self, *paths: Path) -> dict[str, Any]:
        status = self.engine.finish(self.engine.register(*paths))
        assert status["state"] == "done", status
        return status


def customer(number: int, **values: object) -> dict[str, object]:
    """A record as the API gives it."""
    return {
        "Customer_ID": number, "Customer_Name": "Ada", "Age": 30, "Gender": "Female", "Location": "Texas",
        "Date_Joined": "2020-01-01",
    } | values  # fmt: skip


def rate(day: str, value: str | None, code: str = "EUR") -> dict[str, object]:
    """A rate of a day, its digits as they are written."""
    return {"Currency_Code": code, "Exchange_Rate": value, "Date": day}
