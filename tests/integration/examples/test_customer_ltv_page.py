"""docs/explanation/customer-ltv.md: its worked example, loaded and built, gives the numbers that stand there."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

from sluice.pipelines import find
from tests.kit.in_process import InProcess

PAGE = (Path(__file__).parents[3] / "docs" / "explanation" / "customer-ltv.md").read_text(encoding="utf-8")
CUSTOMERS = "customer_id,first_name,last_name,email,country,gender,date_of_birth\n7,Grace,Uwase,,Rwanda,Female,\n"
ROW = """
select total_orders, total_amount, avg_order_value, orders_per_year, refunds, ltv from customer_ltv where as_of = %s
"""


def test_the_worked_example_is_what_is_built(engine: InProcess, tmp_path: Path) -> None:
    orders, payments = re.findall(r"^```csv\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    files = {"customers.csv": CUSTOMERS, "orders.csv": orders, "payments.csv": payments}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    engine.use(find("customer_ltv"))
    engine.finish(engine.register(*[tmp_path / name for name in files], as_of="2023-12-31"))
    engine.finish(engine.register(as_of="2024-01-31"))
    [end_of_year] = engine.sql(ROW, "2023-12-31")
    [month_later] = engine.sql(ROW, "2024-01-31")
    assert end_of_year == (2, *map(Decimal, ["300.00", "150.00", "1.090299", "50.00", "490.63"]))
    assert month_later == (3, *map(Decimal, ["380.00", "126.67", "1.563124", "50.00", "593.99"]))
    assert "365.25 / 670 = 1.090299" in PAGE
    assert "= **490.63**" in PAGE
    assert "= **593.99**" in PAGE


def test_every_column_is_explained() -> None:
    (table,) = (each for each in find("customer_ltv").derived if each.name == "customer_ltv")
    told = set(re.findall(r"`(\w+)`", PAGE)) | {"as_of"}
    assert set(table.names) <= told
