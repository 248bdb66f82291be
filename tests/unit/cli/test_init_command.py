"""`sluice init`: where the file goes, what is refused, and what the screen says to type next."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sluice.engine.base.settings import settings
from tests.unit.cli.made_up import Sluice

ORDERS = "id;day;amount\n" + "".join(f"{at};2024-05-{at:02d};{at},50\n" for at in range(1, 30))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with a file to load."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders_2024-05.csv").write_text(ORDERS)
    return tmp_path


def test_a_pipeline_is_written_below_the_current_folder_and_the_next_commands_are_said(
    sluice: Sluice, here: Path
) -> None:
    result = sluice("init", "orders_2024-05.csv")
    assert result.exit_code == 0, result.stderr
    text = (here / "pipelines" / "orders.py").read_text()
    assert 'Column("amount", Decimal(point=",")),' in text
    said = result.stdout
    assert "orders_2024-05.csv: CSV, 29 rows\n" in said
    assert "table orders: key id, 3 columns\n" in said
    assert "tried on 29 rows: 0 would be rejected\n" in said
    assert "written to pipelines/orders.py\n" in said
    assert f"  export SLUICE_PIPELINES={here / 'pipelines'}\n" in said
    assert said.endswith("  sluice run orders orders_2024-05.csv\n")


def test_a_header_that_is_not_used_is_no_line_that_was_skipped(sluice: Sluice, here: Path) -> None:
    (here / "twice.csv").write_text("id,share,share\n" + "".join(f"{at},{at},{at}\n" for at in range(9)))
    said = sluice("init", "twice.csv").stdout
    assert "twice.csv: CSV, 9 rows, the header has 'share' more than once\n" in said


def test_it_goes_into_the_first_folder_of_pipelines_and_is_read_there(
    sluice: Sluice, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "mine").mkdir(mode=0o755)
    monkeypatch.setenv("SLUICE_PIPELINES", str(here / "mine"))
    settings.cache_clear()
    said = sluice("init", "orders_2024-05.csv", "--as", "shop", "--table", "shop_orders").stdout
    assert "written to mine/shop.py\n" in said
    assert "export SLUICE_PIPELINES" not in said
    assert "shop/*.csv  into shop_orders" in sluice("pipelines").stdout


def test_a_file_that_exists_is_not_replaced_without_force(sluice: Sluice, here: Path) -> None:
    (here / "pipelines").mkdir(mode=0o755)
    (here / "pipelines" / "orders.py").write_text("# mine\n")
    refused = sluice("init", "orders_2024-05.csv")
    assert refused.exit_code == 2
    assert "pipelines/orders.py exists, and is not replaced: pass --force" in refused.stderr
    assert (here / "pipelines" / "orders.py").read_text() == "# mine\n"
    assert sluice("init", "orders_2024-05.csv", "--force").exit_code == 0
    assert "Pipeline(" in (here / "pipelines" / "orders.py").read_text()


def test_the_name_of_another_pipeline_is_refused(sluice: Sluice, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_PIPELINES", "call_logs")
    settings.cache_clear()
    refused = sluice("init", "orders_2024-05.csv", "--as", "call_logs")
    assert refused.exit_code == 2
    assert "declares the pipeline 'call_logs' already: give another name with --as." in refused.stderr
    assert not (here / "pipelines").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("no_such.csv",), "No file at 'no_such.csv'"),
        (("orders_2024-05.csv", "--as", "My Orders"), "Pipeline 'My Orders'"),
        (("orders_2024-05.csv", "--table", "pg_x"), "Table 'pg_x'"),
        (("orders_2024-05.csv", "--encoding", "utf-99"), "'utf-99' is not known to Python"),
        (("orders_2024-05.csv", "--delimiter", "x"), "delimiter must be one ASCII character"),
        (("orders_2024-05.csv", "--out", "no/where.py"), "there is no folder no; create it first"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_writes_nothing(
    sluice: Sluice, here: Path, words: tuple[str, ...], message: str
) -> None:
    refused = sluice("init", *words)
    assert refused.exit_code == 2, refused.stderr
    assert message in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert sorted(each.name for each in here.iterdir()) == ["bin", "orders_2024-05.csv"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "This looks like a PNG image"),
        (b"id,name\n", "it has no rows"),
        (b'[{"a": 1}]', "jq -c '.[]'"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_named(sluice: Sluice, here: Path, content: bytes, message: str) -> None:
    (here / "odd.csv").write_bytes(content)
    refused = sluice("init", "odd.csv")
    assert refused.exit_code == 1, refused.stderr
    assert str(here / "odd.csv") in refused.stderr
    assert message in refused.stderr


def test_what_has_to_be_chosen_is_said_and_the_pipeline_is_refused_until_then(
    sluice: Sluice, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "days.csv").write_text("id,day\n1,03/04/2024\n2,05/06/2024\n")
    result = sluice("init", "days.csv", "--json")
    facts = json.loads(result.stdout)
    assert facts["choose"] == ["days.day"]
    assert facts["tables"][0]["columns"][1]["types"] == ['Date("%d/%m/%Y")', 'Date("%m/%d/%Y")']
    assert facts["text"] == (here / "pipelines" / "days.py").read_text()
    assert "where it says Choose(...)" in sluice("init", "days.csv", "--force").stdout
    monkeypatch.setenv("SLUICE_PIPELINES", "pipelines")
    settings.cache_clear()
    refused = sluice("run", "days", "days.csv")
    assert refused.exit_code == 2
    assert "pipelines/days.py:20: day is not chosen yet." in refused.stderr
