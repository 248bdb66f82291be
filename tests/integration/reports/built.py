"""Rows of what was built, a line each."""

from __future__ import annotations

from tests.kit.in_process import InProcess

DAY = "2023-12-31"


class Built:
    """Writes customers, orphans and rejects straight into their tables."""

    def __init__(self, engine: InProcess) -> None:
        self.engine = engine

    def customer(
        self, number: int, ltv: str = "0", *, name: str | None = "Ada", orders: int | None = None, revenue: str = "0",
        first: str | None = None, refunds: str = "0", day: str = DAY,
    ) -> None:  # fmt: skip
        """A customer of a date, with one order if there is a `first` one and no number is given."""
        self.engine.sql(
            "insert into customers (customer_id, first_name) values (%s, %s) on conflict do nothing", number, name
        )
        self.engine.sql(
            "insert into customer_ltv values (%s, %s, %s, %s, 0, 0, 3, %s, %s, %s, %s, '2024-01-01 02:00+00')",
            day, number, orders if orders is not None else int(first is not None), revenue, ltv, first, first, refunds,
        )  # fmt: skip

    def input(self, source: str, uri: str, state: str = "done", *, rejected: int = 0, **more: object) -> int:
        """A file in the ledger, in a run of its own. Returns its number."""
        ((run,),) = self.engine.sql(
            "insert into sluice.run (pipeline, contract, inputs_total, inputs_left) values ('customer_ltv', 'c', 1, 0)"
            " returning id"
        )
        ((number,),) = self.engine.sql(
            "insert into sluice.input (run_id, position, pipeline, source, uri, contract, state, read, rejected,"
            " superseded, replaces) values (%s, 1, 'customer_ltv', %s, %s, 'c', %s, %s, %s, %s, %s) returning id",
            run, source, uri, state, rejected, rejected, more.get("superseded", False), more.get("replaces", []),
        )  # fmt: skip
        return int(number)

    def reject(self, of: int, line: int, column: str | None, code: str, reason: str) -> None:
        self.engine.sql(
            "insert into sluice.reject (run_id, input_id, line, column_name, code, reason)"
            " select run_id, id, %s, %s, %s, %s from sluice.input where id = %s",
            line, column, code, reason, of,
        )  # fmt: skip

    def orphan(self, kind: str, number: int, amount: str | None, of: int | None, line: int, day: str = DAY) -> None:
        self.engine.sql(
            "insert into customer_ltv_orphan values (%s, %s, %s, 70, 7, %s, '2023-11-05', %s, %s)",
            day, kind, number, amount, of, line,
        )  # fmt: skip
