"""The README and the pages behind it are tested: their datasets load, and their script runs."""

from __future__ import annotations

import subprocess
import sys

from tests.kit.pages import blocks, page
from tests.kit.stack import Stack


def example(path: str, part: str) -> str:
    """The one block of Python on a page that has this in it."""
    (found,) = [text for text in blocks(page(path), "python") if part in text]
    return found


def test_the_dataset_of_the_readme_loads(stack: Stack) -> None:
    dataset = example("README.md", 'name="meters"')
    folder = stack.home / "my_pipelines"
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


def test_the_tutorial_explains_the_dataset_of_the_readme() -> None:
    dataset = example("README.md", 'name="meters"')
    assert example("docs/tutorial/your-own-dataset.md", 'name="meters"') == dataset


def test_the_derived_table_of_the_tutorial_is_built(stack: Stack) -> None:
    shop = example("docs/tutorial/derived-tables.md", 'name="shop"')
    folder = stack.home / "my_pipelines"
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


def test_the_script_of_the_how_to_runs(stack: Stack) -> None:
    script = example("docs/how-to/results/scripts.md", "run.wait()")
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
        timeout=240,
        check=False,
    )

    assert done.stdout == "done 1 rows loaded, 0 rejected\n", done.stderr
