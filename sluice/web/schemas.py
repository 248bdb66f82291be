"""The fields of each kind of row. Where a pipeline declares the table, its declaration decides; names that it does not
explain are explained here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from sluice.engine.declare import Pipeline
from sluice.pipelines import find
from sluice.web.fields import Field

_EXPLAINED = {
    "source": "Which of the two kinds of event.",
    "transaction_id": "Its number; sales and transactions count each for themselves.",
    "customer_id": "Transactions only.",
    "age": "Years.",
    "product_known": "Whether products has this number.",
    "product_price": "As products has it; may be negative, see abnormal.",
    "unit_price": "Sales only, as it came; may be negative, see abnormal.",
    "total_amount": "Transactions only, as it came; may be negative, see abnormal.",
    "currency_code": "ISO 4217.",
    "exchange_rate": "Null where rate_state is not ok.",
    "rate_state": "Whether there is a rate for the date.",
    "_input_id": "The input that the row was read from,",
    "_line": "and its line there.",
    "is_duplicate": "Equal to an earlier row but for its number.",
    "is_abnormal": "Whether a rule of abnormal fits.",
    "abnormal": "Which rules, with commas between; null: none.",
    "quarantined": "Kept, and not to be counted.",
    "month": "1 to 12.",
    "weekday": "ISO: 1 is Monday, 7 is Sunday.",
    "price_scaled": "Deviations from the mean price.",
    "customer_transactions": "Of this customer.",
    "customer_total": "Of this customer.",
}
_ONE_OF = {"source": ("sales", "transactions"), "rate_state": ("ok", "stale", "missing", "no_date")}


@dataclass(frozen=True)
class Rows:
    """The fields of the rows whose tables pipelines declare."""

    preprocessed: Sequence[Field]
    ltv: Sequence[Field]
    calls: Sequence[Field]

    @classmethod
    def declared(cls) -> Self:
        """As the pipelines say. Raises ConfigError for a mistake in one."""
        return cls(
            _of_derived(find("unified_sales"), "preprocessed_data"),
            _of_derived(find("customer_ltv"), "customer_ltv"),
            _of_table(find("call_logs")),
        )


def _of_derived(pipeline: Pipeline, name: str) -> Sequence[Field]:
    (derived,) = [each for each in pipeline.derived if each.name == name]
    return [_field(column, pg_type, column in derived.key) for column, pg_type in derived.columns.items()]


def _of_table(pipeline: Pipeline) -> Sequence[Field]:
    table = pipeline.flows[0].table
    found = [_field(each.name, each.type.pg_type, each.required) for each in table.columns]
    return found + [_field(each.name, each.pg_type, False) for each in table.generated]


def _field(name: str, pg_type: str, required: bool) -> Field:
    return Field(name, pg_type, _EXPLAINED.get(name, ""), required, _ONE_OF.get(name, ()))
