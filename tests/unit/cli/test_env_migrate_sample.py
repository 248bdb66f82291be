"""`env`, `migrate` and `sample`: what they print."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sluice import embedded
from sluice.embedded import Servers
from sluice.engine.base.settings import settings
from sluice.engine.tables import migrate as schema
from tests.unit.cli.made_up import Sluice


def test_env_prints_what_a_shell_can_evaluate(sluice: Sluice, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Servers("postgresql://sluice:pw@127.0.0.1:1/sluice?a=b&c=d", "redis://:pw@127.0.0.1:2/0")
    monkeypatch.setattr(embedded, "running_servers", lambda _home: found)
    assert sluice("env").stdout == (
        "DATABASE_URL='postgresql://sluice:pw@127.0.0.1:1/sluice?a=b&c=d'\nREDIS_URL=redis://:pw@127.0.0.1:2/0\n"
    )
    told = json.loads(sluice("env", "--json").stdout)
    assert told == {"DATABASE_URL": found.database_url, "REDIS_URL": found.redis_url}


@pytest.mark.parametrize("found", [None, Servers("", "redis://:pw@127.0.0.1:2/0")])
def test_env_of_servers_that_are_down_ends_with_5(
    sluice: Sluice, monkeypatch: pytest.MonkeyPatch, home: Path, found: Servers | None
) -> None:
    asked: list[Path] = []

    def running_servers(home: Path) -> Servers | None:
        asked.append(home)
        return found

    monkeypatch.setattr(embedded, "running_servers", running_servers)
    result = sluice("env")
    assert (result.exit_code, result.stdout, asked) == (5, "", [home])
    assert result.stderr == (
        f"error: The embedded servers of {home} do not run now. Start `sluice up`, then try again.\n"
    )


def test_env_prints_servers_of_ones_own(sluice: Sluice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me@db/calls")
    monkeypatch.setenv("REDIS_URL", "redis://cache:6379/0")
    assert sluice("env").stdout == "DATABASE_URL=postgresql://me@db/calls\nREDIS_URL=redis://cache:6379/0\n"


def test_migrate_tells_what_it_did(sluice: Sluice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_PIPELINES", "call_logs")
    settings.cache_clear()
    done = ["Applied 001_ledger.sql.", "Created table customer_call_logs."]
    monkeypatch.setattr(schema, "migrate", lambda pipelines, _told, **_: done if pipelines else [])
    assert sluice("migrate").stdout == "Applied 001_ledger.sql.\nCreated table customer_call_logs.\n"
    assert json.loads(sluice("migrate", "--json").stdout) == {"done": done}
    done.clear()
    assert sluice("migrate").stdout == "everything is up to date\n"


def test_sample_writes_files_and_tells_what_loading_them_gives(sluice: Sluice, tmp_path: Path) -> None:
    out = tmp_path / "made"
    words = ("sample", "call_logs", "--rows", "500", "--files", "2", "--dirty", "0.1", "--seed", "3", "--out", str(out))
    told = json.loads(sluice(*words, "--json").stdout)
    expected = json.loads((out / "expected.json").read_text())
    assert told["files"] == [str(out / "call_logs_001.csv"), str(out / "call_logs_002.csv")]
    assert told["read"] == 500
    assert {name: told[name] for name in ("loaded", "duplicate", "rejected")} == {
        name: expected[name] for name in ("loaded", "duplicate", "rejected")
    }


def test_sample_says_what_to_type_next(sluice: Sluice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert sluice("sample", "call_logs", "--rows", "4", "--dirty", "0", "--out", "my calls").stdout == (
        "4 files in my calls; loading them into an empty table gives: 4 read, 4 loaded, 0 duplicate, 0 rejected\n"
        "next: sluice run call_logs 'my calls'\n"
    )


def test_a_sample_of_customers_tells_the_totals_and_what_the_late_file_makes_of_them(
    sluice: Sluice, tmp_path: Path
) -> None:
    out = tmp_path / "shop"
    words = ("sample", "customer_ltv", "--customers", "12", "--seed", "3", "--out", str(out))
    said = sluice(*words).stdout.splitlines()
    expected = json.loads((out / "expected.json").read_text())
    late = out / "late" / "payment_data_late.csv"
    assert said[0].startswith(f"3 files in {out}; loading them into an empty table gives: {expected['read']} read, ")
    assert said[1].startswith("as of 2024-12-31: 12 customers, ")
    assert said[1].endswith(f", ltv {expected['totals']['ltv']}")
    assert said[2].startswith(f"with {late}, which comes later: 12 customers, ")
    assert said[3:] == [f"next: sluice run customer_ltv {out} --as-of 2024-12-31"]
    told = json.loads(sluice(*words, "--json").stdout)
    assert told["files"] == [str(out / f"{kind}_data.csv") for kind in ("customer", "order", "payment")]
    assert told["after_late"]["files"] == [str(late)]
    for name in ("read", "loaded", "duplicate", "rejected", "as_of", "orphans", "totals"):
        assert told[name] == expected[name]


def test_a_sample_of_five_sources_tells_what_they_come_to_and_who_serves_them(sluice: Sluice, tmp_path: Path) -> None:
    out = tmp_path / "sources"
    words = ("sample", "unified_sales", "--rows", "100", "--out", str(out))
    assert sluice(*words).stdout.splitlines() == [
        f"6 files in {out}; loading them into an empty table gives: 906 read, 760 loaded, 1 duplicate, 145 rejected",
        "standardized_data gets 200 rows; an API and a database are to serve the other sources",
        "next: sluice demo unified_sales --rows 100",
    ]
    told = json.loads(sluice(*words, "--json").stdout)
    expected = json.loads((out / "expected.json").read_text())
    assert [Path(name).name for name in told["files"]] == [
        *("sales_1.csv", "sales_2.csv", "customers.json", "exchange_rates.json", "products.csv", "transactions.csv"),
    ]
    assert told["standardized_data"] == expected["standardized_data"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("other",), "Unknown sample 'other'; expected call_logs, customer_ltv or unified_sales."),
        (("call_logs", "--dirty", "2"), "--dirty 2: give a share from 0 to 0.5."),
        (("call_logs", "--rows", "-5"), "--rows -5: give at least 4, one for each file."),
        (("call_logs", "--files", "0"), "--files 0: give at least 1."),
        (("customer_ltv", "--customers", "0"), "--customers 0: give at least 1."),
        (("customer_ltv", "--seed", "-1"), "--seed -1: give at least 0."),
        (("unified_sales", "--rows", "79"), "--rows 79: give at least 80."),
        (("unified_sales", "--files", "2"), "--files does not go with unified_sales, which has --rows, --seed, --out."),
        (
            ("customer_ltv", "--rows", "5", "--dirty", "0.1"),
            "--rows and --dirty do not go with customer_ltv, which has --customers, --seed, --out.",
        ),
        (
            ("call_logs", "--customers", "5"),
            "--customers does not go with call_logs, which has --rows, --files, --dirty, --seed, --out.",
        ),
    ],
)
def test_a_sample_that_cannot_be_made_names_the_option(
    sluice: Sluice, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    result = sluice("sample", *words, "--out", str(tmp_path / "made"))
    assert (result.exit_code, result.stderr) == (2, f"error: {message}\n")
