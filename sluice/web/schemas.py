"""The fields of each kind of row. Where a pipeline declares the table, its declaration decides; names that it does not
explain are explained here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from pipelines import all_pipelines, find
from sluice.engine.declare import Pipeline
from sluice.web.fields import Field

_STANDARDIZED = {
    "source": ("text", "Which of the two kinds of event."),
    "transaction_id": ("bigint", "Its number; sales and transactions count each for themselves."),
    "transaction_date": ("date", ""),
    "customer_id": ("bigint", "Transactions only."),
    "customer_name": ("text", ""),
    "age": ("smallint", "Years."),
    "gender": ("text", ""),
    "location": ("text", ""),
    "date_joined": ("date", ""),
    "product_id": ("bigint", ""),
    "product_known": ("boolean", "Whether products has this number."),
    "product_name": ("text", ""),
    "category": ("text", ""),
    "product_price": ("numeric(14,2)", "As products has it; may be negative, see abnormal."),
    "stock_available": ("bigint", ""),
    "quantity": ("bigint", ""),
    "unit_price": ("numeric(14,2)", "Sales only, as it came; may be negative, see abnormal."),
    "total_amount": ("numeric(14,2)", "Transactions only, as it came; may be negative, see abnormal."),
    "currency_code": ("text", "ISO 4217."),
    "exchange_rate": ("numeric(18,6)", "Null where rate_state is not ok."),
    "rate_date": ("date", ""),
    "rate_state": ("text", "Whether there is a rate for the date."),
    "_input_id": ("bigint", "The input that the row was read from,"),
    "_line": ("bigint", "and its line there."),
}
_PREPROCESSED = {
    "is_duplicate": ("boolean", "Equal to an earlier row but for its number."),
    "is_abnormal": ("boolean", "Whether a rule of abnormal fits."),
    "abnormal": ("text", "Which rules, with commas between; null: none."),
    "quarantined": ("boolean", "Kept, and not to be counted."),
    "age_group": ("text", ""),
    "month": ("smallint", "1 to 12."),
    "weekday": ("smallint", "ISO: 1 is Monday, 7 is Sunday."),
    "revenue": ("numeric(16,2)", ""),
    "price_scaled": ("double precision", "Deviations from the mean price."),
    "customer_transactions": ("bigint", "Of this customer."),
    "customer_total": ("numeric(16,2)", "Of this customer."),
}
_ONE_OF = {"source": ("sales", "transactions"), "rate_state": ("ok", "stale", "missing", "no_date")}
KEY = ("source", "transaction_id")
_EXPLAINED = _STANDARDIZED | _PREPROCESSED


@dataclass(frozen=True)
class Rows:
    """The fields of the rows whose tables pipelines declare."""

    preprocessed: Sequence[Field]
    ltv: Sequence[Field]
    calls: Sequence[Field]

    @classmethod
    def declared(cls) -> Self:
        """As the pipelines say. Raises ConfigError for a mistake in one."""
        return cls(_preprocessed(), _of_derived(find("customer_ltv"), "customer_ltv"), _of_table(find("call_logs")))


def _preprocessed() -> Sequence[Field]:
    pipeline = all_pipelines().get("unified_sales")
    if pipeline is not None and any(each.name == "preprocessed_data" for each in pipeline.derived):
        return _of_derived(pipeline, "preprocessed_data")
    return [_field(name, pg_type, name in KEY) for name, (pg_type, _) in _EXPLAINED.items()]


def _of_derived(pipeline: Pipeline, name: str) -> Sequence[Field]:
    (derived,) = [each for each in pipeline.derived if each.name == name]
    return [_field(column, pg_type, column in derived.key) for column, pg_type in derived.columns.items()]


def _of_table(pipeline: Pipeline) -> Sequence[Field]:
    table = pipeline.flows[0].table
    found = [_field(each.name, each.type.pg_type, each.required) for each in table.columns]
    return found + [_field(each.name, each.pg_type, False) for each in table.generated]


def _field(name: str, pg_type: str, required: bool) -> Field:
    return Field(name, pg_type, _EXPLAINED.get(name, ("", ""))[1], required, _ONE_OF.get(name, ()))
