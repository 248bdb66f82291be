"""The README is tested: its dataset loads, its script runs, and it names every command, setting and exit code."""

from __future__ import annotations

import re
import subprocess
import sys

from sluice.cli.exits import Exit
from sluice.cli.main import COMMANDS
from sluice.engine.base.settings import Settings
from tests.kit.stack import ROOT, Stack

README = (ROOT / "README.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_dataset_of_the_readme_loads(stack: Stack) -> None:
    (dataset,) = [text for text in EXAMPLES if 'name="meters"' in text]
    folder = stack.home / "pipelines_of_mine"
    folder.mkdir()
    (folder / "meters.py").write_text(dataset)
    readings = stack.home / "readings.csv"
    readings.write_text("Meter;Time;Reading;note\n7;31/03/2024 12:00;1.250;ok\n7;31/03/2024 13:00;-1;\n")
    later = stack.home / "later.csv"
    later.write_text("METER, time ,Reading,Note\n7,31/03/2024 12:00,1.5,corrected\n")
    stack.worker(SLUICE_PIPELINES=str(folder))
    env = {"SLUICE_PIPELINES": str(folder)}

    first = stack.sluice("run", "meters", str(readings), **env)
    second = stack.sluice("run", "meters", str(later), **env)

    assert (first["loaded"], first["rejected"], second["updated"]) == (1, 1, 1)
    assert stack.sql("select meter_id, read_at::text, kwh::text, note from meter_readings") == [
        (7, "2024-03-31 10:00:00+00", "1.500", "corrected")
    ]


def test_the_derived_table_of_the_readme_is_built(stack: Stack) -> None:
    (shop,) = [text for text in EXAMPLES if 'name="shop"' in text]
    folder = stack.home / "pipelines_of_mine"
    folder.mkdir()
    (folder / "shop.py").write_text(shop)
    sales, products = stack.home / "sales.csv", stack.home / "products.csv"
    sales.write_text("sale_id,product_id,sold_on,amount\n1,7,2026-01-30,2.50\n2,7,2026-01-31,3.00\n3,7,2026-02-01,9\n")
    products.write_text("product_id,name\n7,Phone\n8,Case\n")
    stack.worker(SLUICE_PIPELINES=str(folder))
    env = {"SLUICE_PIPELINES": str(folder)}

    run = stack.sluice("run", "shop", str(sales), str(products), "--as-of", "2026-01-31", **env)

    (build,) = run["builds"]
    assert (build["derived"], build["mode"], build["added"], build["sum_after"]) == ("product_sales", "full", 2, "5.50")
    assert stack.sql("select as_of::text, product_id, sales, amount::text from product_sales_latest order by 2") == [
        ("2026-01-31", 7, 2, "5.50"),
        ("2026-01-31", 8, 0, "0.00"),
    ]


def test_the_script_of_the_readme_runs(stack: Stack) -> None:
    (script,) = [text for text in EXAMPLES if "run.wait()" in text]
    folder = stack.home / "calls"
    folder.mkdir()
    header = "customer_id,call_cost,call_destination,call_date,call_duration\n"
    (folder / "a.csv").write_text(header + "1,$1.00,Nairobi,2024-01-01 10:00:00,00:01:00\n")
    stack.worker()

    done = subprocess.run(
        [sys.executable, "-c", script],
        env=stack.env,
        cwd=stack.home,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )

    assert done.stdout == "done 1 rows loaded, 0 rejected\n", done.stderr


def test_the_readme_names_every_command_setting_and_exit_code() -> None:
    for name in (command.name for command in COMMANDS):
        assert re.search(rf"sluice {name}|make {name}", README), f"sluice {name} is not in the README"
    for name in Settings.model_fields:
        setting = name.upper() if name in ("database_url", "redis_url") else f"SLUICE_{name.upper()}"
        assert f"`{setting}`" in README, f"{setting} is not in the README"
    for code in Exit:
        assert f"| {int(code)} |" in README, f"exit code {int(code)} is not in the README"
