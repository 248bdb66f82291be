"""`recount`: what the sample of unified_sales comes to, counted from its files alone.

It reads what the sources would give, by the csv and json modules and the rules of the pipeline, and imports nothing of
Sluice: so that the sample's own record, and the engine, have something to be measured against.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

FORMATS = {r"\d\d/\d\d/\d{4}": "%d/%m/%Y", r"\d\d-\d\d-\d{4}": "%m-%d-%Y", r"\d{4}-\d\d-\d\d": "%Y-%m-%d"}
CENT = Decimal("0.01")


def day(text: str) -> date | None:
    """A date as its separator says; None for an empty text."""
    if not text:
        return None
    (form,) = [form for pattern, form in FORMATS.items() if re.fullmatch(pattern, text)]
    return datetime.strptime(text, form).date()


def records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def array(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return found


def books(read: int, loaded: int, rejected: Iterable[str] = ()) -> dict[str, Any]:
    refused = Counter(rejected)
    return {
        "read": read,
        "loaded": loaded,
        "duplicate": read - loaded - refused.total(),
        "rejected": dict(sorted(refused.items())),
    }


def refusal(rate: dict[str, Any]) -> str:
    if rate["Exchange_Rate"] is None or not rate["Date"]:
        return "missing"
    return "negative" if rate["Exchange_Rate"] < 0 else ""


def rate_state(on: date | None, rate_days: list[date], tolerance_days: int) -> str:
    """The slow way: looks at every day that has a rate."""
    if on is None:
        return "no_date"
    before = [each for each in rate_days if each <= on]
    if not before:
        return "missing"
    return "ok" if (on - max(before)).days <= tolerance_days else "stale"


class Recount:
    """The files of a sample, read again."""

    def __init__(self, folder: Path) -> None:
        self.lines = [row for path in sorted(folder.glob("sales*.csv")) for row in records(path)]
        self.sales = list({row["Transaction_ID"]: row for row in reversed(self.lines)}.values())
        self.customers = {str(each["Customer_ID"]): each for each in array(folder / "customers.json")}
        self.rates = array(folder / "exchange_rates.json")
        self.products = {row["product_id"]: row for row in records(folder / "products.csv")}
        self.transactions = records(folder / "transactions.csv")

    def sources(self) -> dict[str, dict[str, Any]]:
        refused = [code for code in map(refusal, self.rates) if code]
        plain = {"customers": self.customers, "products": self.products, "transactions": self.transactions}
        return {
            "sales": books(len(self.lines), len(self.sales)),
            "rates": books(len(self.rates), len(self.rates) - len(refused), refused),
            **{source: books(len(rows), len(rows)) for source, rows in plain.items()},
        }

    def standardized(self, *, currency: str, tolerance_days: int) -> dict[str, Any]:
        good = [rate for rate in self.rates if not refusal(rate) and rate["Currency_Code"] == currency]
        rate_days = sorted({date.fromisoformat(rate["Date"]) for rate in good})
        days = [day(row["Transaction_Date"]) for row in self.sales]
        days += [day(row["transaction_date"]) for row in self.transactions]
        ids = [row["Product_ID"] for row in self.sales] + [row["product_id"] for row in self.transactions]
        products = [self.products[each] for each in ids if each in self.products]
        people = [self.customers.get(row["customer_id"]) for row in self.transactions]
        known = [each for each in people if each is not None]
        states = Counter(rate_state(each, rate_days, tolerance_days) for each in days)
        return {
            "rows": len(days),
            "by_source": {"sales": len(self.sales), "transactions": len(self.transactions)},
            "product_known": len(products),
            "product_unknown": len(ids) - len(products),
            "customer_known": len(known),
            "customer_unknown": len(people) - len(known),
            "age_known": sum(each["Age"] not in {None, ""} for each in known),
            "date_known": sum(each is not None for each in days),
            "date_missing": days.count(None),
            "rate_states": {state: states[state] for state in ("ok", "stale", "missing", "no_date")},
            "unit_price": _sum(row["Price"] for row in self.sales),
            "total_amount": _sum(row["total_amount"] for row in self.transactions),
            "flags": self._flags(products) | {"gender_unlisted": sum(each["Gender"] == "Femle" for each in known)},
        }

    def preprocessed(self) -> dict[str, Any]:
        """By the rules of the pipeline, for quantities as they are in the sample: 1 to 10, but -1, 0 and 1000."""
        marks, events = [], []
        for row in self.sales:
            product = self.products.get(row["Product_ID"], {})
            marks.append(_marks(product, row["Quantity"]) | _low("unit_price", row["Price"]))
            events.append(("sales", *list(row.values())[1:4], day(row["Transaction_Date"])))
        ages = []
        for row in self.transactions:
            product, customer = self.products.get(row["product_id"], {}), self.customers.get(row["customer_id"])
            unlisted = {"gender_unlisted"} if customer and customer["Gender"] == "Femle" else set()
            marks.append(_marks(product, row["quantity"]) | _low("total_amount", row["total_amount"]) | unlisted)
            events.append(("transactions", *list(row.values())[1:]))
            ages += [customer["Age"]] if customer else []
        return {
            "rows": len(marks),
            "abnormal": sum(map(bool, marks)),
            "quarantined": sum(bool(each & {"quantity_low", "quantity_outlier"}) for each in marks),
            "duplicate": len(events) - len(set(events)),
            "age_was_missing": ages.count(None) + ages.count(""),
            "rules": dict(sorted(Counter(rule for each in marks for rule in each).items())),
        }

    def _flags(self, products: list[dict[str, str]]) -> dict[str, int]:
        quantities = Counter(row["Quantity"] for row in self.sales)
        columns = {
            "unit_price": [row["Price"] for row in self.sales],
            "total_amount": [row["total_amount"] for row in self.transactions],
            "product_price": [row["price"] for row in products],
        }
        return {
            **{f"{name}_negative": sum(text.startswith("-") for text in texts) for name, texts in columns.items()},
            **{f"{name}_empty": texts.count("") for name, texts in columns.items()},
            "stock_negative": sum(row["stock_available"].startswith("-") for row in products),
            "quantity_minus_1": quantities["-1"],
            "quantity_0": quantities["0"],
            "quantity_1000": quantities["1000"],
        }


def _low(column: str, text: str) -> set[str]:
    return {f"{column}_low"} if text.startswith("-") else set()


def _marks(product: dict[str, str], quantity: str) -> set[str]:
    marks = _low("product_price", product.get("price", "")) | _low(
        "stock_available", product.get("stock_available", "")
    )
    return marks | ({"quantity_low"} if int(quantity) <= 0 else {"quantity_outlier"} if quantity == "1000" else set())


def _sum(texts: Iterable[str]) -> str:
    return str(sum((Decimal(text).quantize(CENT) for text in texts if text), Decimal("0.00")))
