"""Customer lifetime value as a user meets it: the `sluice` command, real workers, real servers."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.kit.ltv_awkward import AS_OF, CUSTOMERS, FILES, ORPHANS, TABLE, VANISHES
from tests.kit.ltv_shop import HEADERS, SAMPLE, VALUES, facts, modes
from tests.kit.stack import Stack

ORIGINALS = Path(__file__).parents[3] / "shared" / "originals" / "customer_ltv"
DATA = Path(__file__).parents[2] / "data" / "customer_ltv"
DAY = "2023-12-31"
SUMS = "select count(*), count(*) filter (where total_orders = 1), sum(total_amount)::text from customer_ltv_latest"


def _write(path: Path, kind: str, *lines: str) -> Path:
    path.write_text("\n".join([HEADERS[kind], *lines, ""]))
    return path


def _files(folder: Path, texts: dict[str, list[str]]) -> list[Path]:
    folder.mkdir(exist_ok=True)
    return [_write(folder / name, name.partition("_")[0].removesuffix("s.csv"), *texts[name]) for name in texts]


def _run(stack: Stack, *paths: Path | str, as_of: str = DAY, ok: bool = True) -> dict[str, Any]:
    return stack.sluice("run", "customer_ltv", *map(str, paths), "--as-of", as_of, ok=ok)


def _say(stack: Stack, *words: str, typed: bytes = b"") -> subprocess.CompletedProcess[str]:
    """The command without --json, as a person types it."""
    command = [sys.executable, "-m", "sluice.cli.main", *words]
    done = subprocess.run(
        command, env=stack.env, input=typed, capture_output=True, timeout=240, check=False, cwd=stack.home
    )
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def _table(stack: Stack, as_of: str) -> dict[int, tuple[str | None, ...]]:
    found = stack.sql(f"select customer_id, {VALUES} from customer_ltv where as_of = %s order by 1", as_of)
    return {customer: tuple(values) for customer, *values in found}


@pytest.mark.skipif(not ORIGINALS.exists(), reason="the original sample is third-party and not here")
def test_the_original_sample_gives_its_known_answers(stack: Stack) -> None:
    stack.worker()
    paths = [ORIGINALS / name for name in SAMPLE]

    status = _run(stack, *paths)
    assert (status["state"], status["read"], status["loaded"], status["as_of"]) == ("done", 20, 20, DAY)
    assert stack.sql(SUMS) == [(10, 5, "2550.00")]
    once = stack.sql("select * from customer_ltv order by customer_id")

    again = _run(stack, *reversed(paths))
    assert modes(again) == ["unchanged", "unchanged"]
    assert stack.sql("select * from customer_ltv order by customer_id") == once


@pytest.mark.slow
def test_twelve_awkward_customers_day_by_day(stack: Stack) -> None:
    stack.worker()
    customers, orders, payments = _files(stack.home / "in", FILES)
    # packed under a name that says nothing, and on standard input: each is told by its header
    packed = stack.home / "in" / "export.bin"
    packed.write_bytes(gzip.compress(orders.read_bytes()))
    told = _say(
        stack, "run", "customer_ltv", str(customers), str(packed), "-", "--as-of", AS_OF, typed=payments.read_bytes()
    )
    assert told.returncode == 0, told.stderr
    assert "customer_ltv as of 2023-07-01: 12 rows, full build\n  12 added\n  sum of ltv 597.75\n" in told.stdout
    assert "customer_ltv_orphan as of 2023-07-01: 2 rows, full build\n" in told.stdout
    assert _table(stack, AS_OF) == TABLE
    assert stack.sql("select kind, id from customer_ltv_orphan order by 1, 2") == ORPHANS

    more = _write(stack.home / "in" / "payment_2.csv", "payment", "50,2,201,2023-05-01,20.00,,")
    status = _run(stack, more, as_of=AS_OF)
    assert facts(status, "mode", "recomputed", "changed", "sum_before", "sum_after") == (
        "incremental",
        1,
        1,
        "597.75",
        "627.77",
    )
    assert facts(status, "moves") == ([{"as_of": AS_OF, "customer_id": 2, "before": 150.10, "after": 180.12}],)
    assert modes(_run(stack, as_of=AS_OF)) == ["unchanged", "unchanged"]

    left = _write(stack.home / "in" / "customer_2.csv", "customer", *(one for one in CUSTOMERS if one != VANISHES))
    told = _say(stack, "run", "customer_ltv", str(left), "--as-of", AS_OF)
    assert "\nremoved with the new snapshot: 1 row\n" in told.stdout
    assert "  1 removed\n  sum of ltv 627.77 -> 607.70 (-20.07)\n  largest changes:\n" in told.stdout
    assert sorted(_table(stack, AS_OF)) == [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12]

    found = stack.sluice("explain", "customer_ltv", "2")
    assert [(p["payment_id"], Path(p["file"]).name, p["line"]) for p in found["behind"]["payments"][2:]] == [
        (50, "payment_2.csv", 2)
    ]
    listed = stack.sluice("orphans", "customer_ltv", "--kind", "order_without_customer")
    assert [(row["id"], row["customer_id"], row["file"], row["line"]) for row in listed["rows"]] == [
        (601, 6, str(packed), 6)
    ]
    unknown = _say(stack, "explain", "customer_ltv", "999")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert unknown.stderr == ("error: customer_id 999 was not found: neither in customer_ltv nor in the loaded rows.\n")


def test_the_bundled_sample_comes_to_what_its_maker_says(stack: Stack) -> None:
    stack.worker()
    expected = json.loads((DATA / "expected.json").read_text())
    as_of = expected["as_of"]

    status = _run(stack, DATA, as_of=as_of)  # the folder: each file finds its source

    assert {name: status[name] for name in ("read", "loaded", "duplicate", "rejected")} == {
        name: expected[name] for name in ("read", "loaded", "duplicate", "rejected")
    }
    assert facts(status, "counts", of="customer_ltv_orphan") == (expected["orphans"],)
    totals = (
        "select count(*), count(*) filter (where total_orders > 0), sum(total_orders), sum(total_amount)::text,"
        " sum(refunds)::text, sum(ltv)::text from customer_ltv where as_of = %s"
    )
    assert stack.sql(totals, as_of) == [tuple(expected["totals"].values())]

    late = _run(stack, DATA / "late", as_of=as_of)
    assert (facts(late, "mode", "changed"), late["rejected"]) == (("incremental", expected["after_late"]["changed"]), 1)
    assert stack.sql(totals, as_of) == [tuple(expected["after_late"]["totals"].values())]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("run", "customer_ltv", "."),
            (
                "customer_ltv is built for a date, so that the same files give the same table on any day: "
                "give it with --as-of YYYY-MM-DD."
            ),
        ),
        (
            ("enqueue", "call_logs", ".", "--as-of", DAY),
            "call_logs has no table that is built for a date: leave out --as-of.",
        ),
        (("run", "call_logs"), "Nothing to load: name files for call_logs."),
        (
            ("run", "customer_ltv", "odd.csv", "--as-of", DAY),
            (
                "{home}/odd.csv: customer_ltv has the sources customers (customer*), orders (order*), "
                "payments (payment*), and by its name and its header (mood, colour) it fits none of them. "
                "Rename it to match the pattern of its source, or correct its header."
            ),
        ),
    ],
)
def test_mistakes_in_the_command_are_said_before_anything_starts(
    stack: Stack, words: tuple[str, ...], message: str
) -> None:
    (stack.home / "odd.csv").write_text("mood,colour\ngood,red\n")
    told = _say(stack, *words)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == f"error: {message.format(home=stack.home)}\n"
    assert stack.sql("select to_regclass('sluice.run')") == [(None,)]
