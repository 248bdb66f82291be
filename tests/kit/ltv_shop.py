"""A shop whose files a test spells out: written, loaded and built in a line, and read back as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sluice.engine.declare import Pipeline
from sluice.engine.ledger.runs import Run
from sluice.pipelines.customer_ltv import pipeline as customer_ltv
from sluice.samples.customer_ltv.reference import Order, Payment, orphans, rows
from tests.kit.in_process import InProcess

DAY = "2023-12-31"
HEADERS = {
    "customer": "customer_id,first_name,last_name,email,country,gender,date_of_birth",
    "order": "order_id,customer_id,order_date,product,price",
    "payment": "payment_id,customer_id,order_id,payment_date,amount,status,currency",
}
# of the same shape and with the same sums as the original sample, which is not ours to copy
SAMPLE = {
    "customer_data.csv": [
        "1,Amina,Odhiambo,amina@example.com,Kenya,Female,1990-02-01",
        "2,Brian,Otieno,brian@example.com,Kenya,Male,1991-03-02",
        "3,Clarisse,Ingabire,clarisse@example.com,Rwanda,Female,1984-04-03",
        "4,Denis,Habimana,denis@example.com,Rwanda,Male,1996-05-04",
        "5,Eve,Nakato,eve@example.com,Uganda,Female,1988-06-05",
        "6,Felix,Okello,felix@example.com,Uganda,Male,1979-07-06",
        "7,Gloria,N'Dour,gloria@example.com,Senegal,Female,1993-08-07",
        "8,Hassan,Juma,hassan@example.com,Tanzania,Male,1981-09-08",
        "9,Irene,Mushi,irene@example.com,Tanzania,Female,1999-10-09",
        "10,James,Banda,james@example.com,Malawi,Male,1975-11-10",
    ],
    "order_data.csv": [
        "1,1,2023-02-01,Radio,410.00",
        "2,2,2023-02-02,Tablet,690.50",
        "3,3,2023-02-03,TV,999.50",
        "4,4,2023-02-04,Lamp,120.00",
        "5,5,2023-02-05,Watch,330.00",
    ],
    "payment_data.csv": [
        "1,1,1,2023-02-01,410.00,,",
        "2,2,2,2023-02-02,690.50,,",
        "3,3,3,2023-02-03,999.50,,",
        "4,4,4,2023-02-04,120.00,,",
        "5,5,5,2023-02-05,330.00,,",
    ],
}
NOBODY = ("0", "0.00", "0.00", "0.000000", "3.0000", "0.00", None, None, "0.00")
VALUES = (
    "total_orders::text, total_amount::text, avg_order_value::text, orders_per_year::text, lifespan_years::text,"
    " ltv::text, first_order::text, last_order::text, refunds::text"
)


class Shop:
    """The pipeline customer_ltv, or one like it, with a database and a folder of its own."""

    def __init__(self, engine: InProcess, folder: Path, pipeline: Pipeline = customer_ltv) -> None:
        self.engine, self.folder, self.sql = engine, folder, engine.sql
        engine.use(pipeline)

    def file(self, name: str, *lines: str) -> Path:
        """A file of customers, orders or payments, told by the beginning of its name."""
        kind = next(each for each in HEADERS if name.startswith(each))
        path = self.folder / name
        path.write_text("\n".join([HEADERS[kind], *lines, ""]), encoding="utf-8")
        return path

    def files(self, texts: dict[str, list[str]]) -> list[Path]:
        return [self.file(name, *lines) for name, lines in texts.items()]

    def register(self, *paths: Path, as_of: str | None = DAY, **options: Any) -> Run:
        return self.engine.register(*paths, **({"as_of": as_of} if as_of else {}), **options)

    def run(self, *paths: Path, as_of: str | None = DAY, **options: Any) -> dict[str, Any]:
        """Load files, build, and return the run's status."""
        status = self.engine.finish(self.register(*paths, as_of=as_of, **options))
        assert status["state"] == "done", status
        return status

    def ltv(self, as_of: str = DAY) -> dict[int, tuple[str | None, ...]]:
        """The row of each customer, by customer_id, without built_at: from total_orders to refunds."""
        found = self.sql(f"select customer_id, {VALUES} from customer_ltv where as_of = %s order by 1", as_of)
        return {customer: tuple(values) for customer, *values in found}

    def orphans(self, as_of: str = DAY) -> list[tuple[str, int]]:
        return self.sql("select kind, id from customer_ltv_orphan where as_of = %s order by 1, 2", as_of)

    def by_the_book(self, as_of: str = DAY) -> tuple[dict[int, tuple[str | None, ...]], list[tuple[str, int]]]:
        """`ltv` and `orphans`, worked out in Python from the loaded rows."""
        day = date.fromisoformat(as_of)
        customers = [customer for (customer,) in self.sql("select customer_id from customers")]
        orders = [Order(*row) for row in self.sql("select order_id, customer_id, order_date from orders")]
        names = "payment_id, customer_id, order_id, payment_date, amount, status"
        payments = [Payment(*row) for row in self.sql(f"select {names} from payments")]
        book = rows(customers, orders, payments, as_of=day)
        values = {
            customer: (*(_text(v) for v in row[:4]), "3.0000", *(_text(v) for v in row[4:]))
            for customer, row in sorted(book.items())
        }
        nobodys = orphans(set(customers), orders, payments, as_of=day)
        return values, sorted((kind, number) for kind, ids in nobodys.items() for number in ids)

    def built(self, as_of: str = DAY) -> tuple[dict[int, tuple[str | None, ...]], list[tuple[str, int]]]:
        return self.ltv(as_of), self.orphans(as_of)

    def built_from_nothing(self, as_of: str = DAY) -> tuple[dict[int, tuple[str | None, ...]], list[tuple[str, int]]]:
        """What is built when nothing was built before: all of it is computed."""
        self.sql("truncate customer_ltv, customer_ltv_orphan, sluice.build")
        assert modes(self.run(as_of=as_of)) == ["full", "full"]
        return self.built(as_of)

    def forget_everything(self) -> None:
        self.sql("truncate customers, orders, payments, customer_ltv, customer_ltv_orphan, sluice.run cascade")


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def modes(status: dict[str, Any]) -> list[str]:
    """How each of a run's derived tables was built."""
    return [each["mode"] for each in status["builds"]]


def facts(status: dict[str, Any], *names: str, of: str = "customer_ltv") -> tuple[Any, ...]:
    """What a run says of one of its builds."""
    (build,) = (each for each in status["builds"] if each["derived"] == of)
    return tuple(build[name] for name in names)


def moves(status: dict[str, Any]) -> list[tuple[int, float | None, float | None]]:
    """The largest changes that a run's build of customer_ltv tells: customer, before, after."""
    (told,) = facts(status, "moves")
    return [(move["customer_id"], move["before"], move["after"]) for move in told]


def dealt(lines: Sequence[str], piles: int) -> list[list[str]]:
    """Lines dealt out to so many files, in turn."""
    return [list(lines[pile::piles]) for pile in range(piles)]
